// GraphQL over WebSocket, judged by the client of the `graphql-ws` package, and frame by frame where a client
// that keeps the protocol would never go.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import { start, user } from './server.mjs';

let demo;
let url;
let token;

before(async () => {
  demo = await start();
  url = new URL('/graphql/ws', demo.url).href.replace(/^http/, 'ws');
  token = user(demo, 'MEDICAL_MONITOR').token;
});

after(() => demo?.stop());

/** The reference client, which gives up at the first close. */
function client(options = {}) {
  return createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    ...options,
  });
}

/** Everything that an operation of the reference client yields. */
async function results(client, payload) {
  const all = [];
  for await (const { extensions, ...result } of client.iterate(payload)) {
    assert.ok(extensions.cost.requested <= extensions.cost.limit, 'an answer tells its cost');
    all.push(result);
  }
  return all;
}

/** A socket without a client's manners: messages can be awaited, and so can the close. */
async function raw({ init = false } = {}) {
  const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  const messages = [];
  const waiting = [];
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    const next = waiting.shift();
    if (next) next(message);
    else messages.push(message);
  });
  const closed = new Promise((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const self = {
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () =>
      messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      socket.close(1000);
      await closed;
    },
  };
  if (init) {
    self.send({ type: 'connection_init', payload: { token } });
    assert.deepEqual(await self.next(), { type: 'connection_ack' });
  }
  return self;
}

const subscribe = (id, query = '{ __typename }', more = {}) => ({
  type: 'subscribe',
  id,
  payload: { query, ...more },
});

const EVENTS = 'subscription Events($study: ID!) { studyEvents(study: $study, after: 0) { __typename } }';

/** A subscription to a study that the caller sees: from its first revision on, so that events are there at once. */
async function events() {
  const response = await fetch(new URL('/graphql', demo.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ studies(first: 1) { edges { node { id } } } }' }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  const [edge] = data.studies.edges;
  assert.ok(edge, 'the demonstration has a study');
  return { query: EVENTS, variables: { study: edge.node.id } };
}

test('a query over the socket is answered and completed', async () => {
  const judge = client();
  assert.deepEqual(await results(judge, { query: '{ __typename }' }), [{ data: { __typename: 'Query' } }]);
  await judge.dispose();
});

test('a query with variables and an operation name is answered', async () => {
  const judge = client();
  const query = 'query A { __typename } query B($name: String!) { __type(name: $name) { name } }';
  const payload = { query, operationName: 'B', variables: { name: 'Query' } };
  assert.deepEqual(await results(judge, payload), [{ data: { __type: { name: 'Query' } } }]);
  await judge.dispose();
});

test('the token may stand in either field of the payload', async () => {
  for (const connectionParams of [{ token }, { authorization: `Bearer ${token}` }]) {
    const judge = client({ connectionParams });
    assert.equal((await results(judge, { query: '{ __typename }' })).length, 1);
    await judge.dispose();
  }
});

test('a request that is refused ends with an error message with codes, and the socket lives on', async () => {
  const judge = await raw({ init: true });
  const refusals = [
    ['{ 8f31403dfe404bccbb0e835f2629c6a7 }', 'BAD_USER_INPUT'],
    ['{ noSuchFieldIsThere }', 'BAD_USER_INPUT'],
    ['{', 'BAD_USER_INPUT'],
    ['query A { __typename } query B { __typename }', 'BAD_USER_INPUT'],
    ['subscription { a: __typename b: __typename }', 'BAD_USER_INPUT'],
    ['query Q($name: String!) { __type(name: $name) { name } }', 'BAD_USER_INPUT'],
    [`{ ${'__typename '.repeat(5_000)} }`, 'COST_EXCEEDED'],
  ];
  for (const [index, [query, code]] of refusals.entries()) {
    judge.send(subscribe(`r${index}`, query));
    const message = await judge.next();
    assert.equal(message.type, 'error', `${query.slice(0, 60)}: ${JSON.stringify(message)}`);
    assert.equal(message.id, `r${index}`);
    assert.ok(message.payload.length > 0);
    for (const error of message.payload) {
      assert.equal(typeof error.message, 'string');
      assert.equal(error.extensions.code, code, query.slice(0, 60));
    }
  }
  judge.send(subscribe('after'));
  assert.equal((await judge.next()).type, 'next');
  assert.deepEqual(await judge.next(), { type: 'complete', id: 'after' });
  await judge.close();
});

test('a subscription delivers events until the client completes it', async () => {
  const judge = client();
  const iterator = judge.iterate(await events());
  const first = await iterator.next();
  assert.equal(first.done, false);
  assert.equal(first.value.errors, undefined);
  assert.ok(first.value.data.studyEvents.__typename);
  await iterator.return();
  await judge.dispose();
});

test('an id is free again once the client has completed its subscription', async () => {
  const judge = await raw({ init: true });
  const payload = await events();
  for (let round = 0; round < 2; round += 1) {
    judge.send({ type: 'subscribe', id: 'same', payload });
    let message = await judge.next();
    while (message.type !== 'next') message = await judge.next();
    assert.equal(message.id, 'same');
    judge.send({ type: 'complete', id: 'same' });
  }
  await judge.close();
});

test('pings are answered, with their payload, before and after the acknowledgement', async () => {
  const judge = await raw();
  judge.send({ type: 'ping' });
  assert.deepEqual(await judge.next(), { type: 'pong' });
  judge.send({ type: 'connection_init', payload: { token } });
  assert.deepEqual(await judge.next(), { type: 'connection_ack' });
  judge.send({ type: 'ping', payload: { n: 1 } });
  assert.deepEqual(await judge.next(), { type: 'pong', payload: { n: 1 } });
  judge.send({ type: 'pong' });
  const pong = new Promise((resolve) => judge.socket.once('pong', resolve));
  judge.socket.ping('frame');
  assert.equal((await pong).toString(), 'frame');
  await judge.close();
});

test('a token that is not accepted, or none, closes with 4403', async () => {
  const wrong = client({ connectionParams: { authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` } });
  await assert.rejects(results(wrong, { query: '{ __typename }' }), { code: 4403 });
  for (const payload of [undefined, {}, { token: '' }, { token: 1 }, { authorization: token }]) {
    const judge = await raw();
    judge.send({ type: 'connection_init', payload });
    assert.equal((await judge.closed).code, 4403, JSON.stringify(payload));
  }
});

test('an operation before the acknowledgement closes with 4401', async () => {
  const before = await raw();
  before.send(subscribe('1'));
  assert.equal((await before.closed).code, 4401);
  const between = await raw();
  between.send({ type: 'connection_init', payload: { token: 'not-a-token' } });
  between.send(subscribe('1'));
  // The token may have been refused before the second message was read.
  assert.ok([4401, 4403].includes((await between.closed).code));
});

test('what is no message of the protocol closes with 4400', async () => {
  const garbage = [
    'garbage',
    '',
    '[]',
    '{}',
    { type: 'start', id: '1', payload: { query: '{ __typename }' } },
    { type: 'connection_ack' },
    { type: 'subscribe', id: '', payload: { query: '{ __typename }' } },
    { type: 'subscribe', payload: { query: '{ __typename }' } },
    { type: 'subscribe', id: '1' },
    { type: 'subscribe', id: '1', payload: { query: 1 } },
    { type: 'complete' },
    `{"type":"ping","payload":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  ];
  for (const message of garbage) {
    const judge = await raw({ init: true });
    judge.send(message);
    assert.equal((await judge.closed).code, 4400, JSON.stringify(message).slice(0, 80));
  }
  const binary = await raw({ init: true });
  binary.socket.send(Buffer.from(JSON.stringify({ type: 'ping' })));
  assert.equal((await binary.closed).code, 4400);
});

test('a message that is too large closes with 1009', async () => {
  const judge = await raw({ init: true });
  judge.send({ type: 'ping', payload: { text: 'x'.repeat(300_000) } });
  assert.equal((await judge.closed).code, 1009);
});

test('the id of an operation that runs closes with 4409', async () => {
  const judge = await raw({ init: true });
  const payload = await events();
  judge.send({ type: 'subscribe', id: 'twice', payload });
  judge.send({ type: 'subscribe', id: 'twice', payload });
  assert.deepEqual(await judge.closed, { code: 4409, reason: 'Subscriber for twice already exists' });
});

test('a second first message closes with 4429', async () => {
  const judge = await raw({ init: true });
  judge.send({ type: 'connection_init', payload: { token } });
  assert.deepEqual(await judge.closed, { code: 4429, reason: 'Too many initialisation requests' });
});

test('a socket that says nothing closes with 4408 after ten seconds', async () => {
  const opened = Date.now();
  const judge = await raw();
  assert.deepEqual(await judge.closed, { code: 4408, reason: 'Connection initialisation timeout' });
  const seconds = (Date.now() - opened) / 1_000;
  assert.ok(seconds > 9 && seconds < 20, `after ${seconds} s`);
});

test('at most fifty operations run at a time', async () => {
  const judge = await raw({ init: true });
  const payload = await events();
  for (let n = 0; n <= 50; n += 1) judge.send({ type: 'subscribe', id: `s${n}`, payload });
  let message = await judge.next();
  while (message.type !== 'error') message = await judge.next();
  assert.equal(message.id, 's50');
  assert.equal(message.payload[0].extensions.code, 'RATE_LIMITED');
  await judge.close();
});

test('only the sub-protocol that is spoken here is taken', async () => {
  for (const protocols of [[], ['graphql-ws']]) {
    const socket = new WebSocket(url, protocols);
    const status = await new Promise((resolve, reject) => {
      socket.once('unexpected-response', (request, response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      socket.once('open', () => reject(new Error('the socket was opened')));
      socket.once('error', reject);
    });
    assert.equal(status, 400);
  }
});

test('a client that closes hears it confirmed', async () => {
  const judge = await raw({ init: true });
  judge.send({ type: 'subscribe', id: 'open', payload: await events() });
  judge.socket.close(1000, 'enough');
  assert.deepEqual(await judge.closed, { code: 1000, reason: 'enough' });
});

test('a server that stops closes its sockets with 1001', async () => {
  const own = await start();
  const socket = new WebSocket(
    new URL('/graphql/ws', own.url).href.replace(/^http/, 'ws'),
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
  );
  try {
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    await own.stop();
    throw error;
  }
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await own.stop();
  assert.equal(await closed, 1001);
});
