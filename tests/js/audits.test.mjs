// GraphQL over HTTP, judged by the audits of the `graphql-http` package. Every MUST and SHOULD holds.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { start, user } from './server.mjs';

let demo;

before(async () => {
  demo = await start();
});

after(() => demo?.stop());

test('the audits of GraphQL over HTTP', async (context) => {
  const authorization = `Bearer ${user(demo).token}`;
  const audits = serverAudits({
    url: new URL('/graphql', demo.url).href,
    fetchFn: (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
  });
  // An audit list that shrank, or names that changed, would make this test pass without judging.
  const required = audits.filter(({ name }) => name.startsWith('MUST') || name.startsWith('SHOULD'));
  assert.ok(required.length >= 36, `only ${required.length} of ${audits.length} audits are MUST or SHOULD`);

  const results = [];
  for (const audit of audits) {
    const result = await audit.fn();
    // What is left unread keeps its connection busy.
    await result.response?.body?.cancel().catch(() => {});
    results.push(result);
  }
  console.table(
    results.map(({ id, name, status, reason }) => ({ id, status, name: name.slice(0, 90), reason: reason ?? '' })),
  );

  for (const { id, name, status, reason } of results) {
    if (name.startsWith('MAY')) continue;
    await context.test(`${id} ${name}`, () => assert.equal(status, 'ok', reason));
  }
});
