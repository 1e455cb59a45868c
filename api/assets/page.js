"use strict";
// GraphiQL over this server alone. Whoever is picked above asks; a token is kept by nobody.
const at = (id) => document.getElementById(id);

const first = `# Everything that can be asked is described under the book on the left.
{
  viewer { name displayName memberships { role study } }
  study(code: "NK510") {
    title
    synthetic
    outcomes {
      sri(at: "MONTH_3") { group { label } numerator denominator estimate lower upper }
    }
    subjects(first: 3) {
      nodes {
        code
        status
        cohort { state value { label } }
        firstDoseOn { value studyDay }
        sri(at: "MONTH_3") { outcome reason criteria { code outcome observed threshold } }
      }
    }
  }
}
`;

const authorization = () => (at("token").value ? { Authorization: `Bearer ${at("token").value}` } : {});

async function users() {
  const response = await fetch("/assets/users.json");
  if (!response.ok) return;
  for (const user of await response.json()) {
    const sites = user.sites.length ? ` at ${user.sites.join(", ")}` : "";
    at("user").add(new Option(`${user.name} (${user.role}${sites})`, user.token));
  }
  if (at("user").options.length > 1) {
    at("user").selectedIndex = 1;
    at("token").value = at("user").value;
  }
}

function fetcher(request, options) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return GraphiQL.createFetcher({
    url: "/graphql",
    headers: authorization(),
    subscriptionUrl: `${scheme}//${location.host}/graphql/ws`,
    wsConnectionParams: authorization(),
  })(request, options);
}

const root = ReactDOM.createRoot(at("graphiql"));

// A new key begins anew: another viewer may see another schema.
function show() {
  root.render(React.createElement(GraphiQL, {
    key: at("token").value,
    fetcher,
    defaultQuery: first,
    shouldPersistHeaders: false,
  }));
}

at("user").addEventListener("change", () => {
  at("token").value = at("user").value;
  show();
});
at("token").addEventListener("change", show);
users().then(show);
