FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --profile dist --locked

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home /var/lib/trialgraph --create-home trialgraph
COPY --from=build /source/target/dist/trialgraph /usr/local/bin/trialgraph
USER trialgraph
WORKDIR /var/lib/trialgraph
ENTRYPOINT ["trialgraph"]
CMD ["serve"]
