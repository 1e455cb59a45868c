// People of an OpenID provider: oidc-provider, an independent implementation of the standard, signs them in, and the
// server finds its keys by discovery.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { BINARY, env } from './server.mjs';

const AUDIENCE = 'urn:trialgraph:api';
const CALLBACK = 'http://127.0.0.1/callback';
const GOLD = 'urn:example:gold';

let directory;
let http;
let issuer;
let provider;
let server;
let url;

/** A key pair of the provider. */
async function key(kid, alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
}

/** A provider that answers where the old one did: with it change its keys. */
function providing(keys) {
  return new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['made up for this test'] },
    clients: [
      {
        client_id: 'portal',
        application_type: 'native',
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
      {
        client_id: 'robot',
        client_secret: 'made up for this test',
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [],
        grant_types: ['client_credentials'],
        response_types: [],
      },
    ],
    acrValues: [GOLD],
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: 'api',
          audience: resource === AUDIENCE ? AUDIENCE : 'urn:somebody:else',
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: (ctx, token) => ({ acr: GOLD, auth_time: token.iat, roles: ['ADMINISTRATOR'] }),
  });
}

function trialgraph(...words) {
  const config = ['--config', join(directory, 'trialgraph.toml')];
  const run = spawnSync(BINARY, [...config, ...words], { encoding: 'utf8', env });
  assert.equal(run.status, 0, `${words.join(' ')}: ${run.stdout}${run.stderr}`);
  return run.stdout.trim();
}

before(async () => {
  http = createServer((request, response) => provider.callback()(request, response));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  issuer = `http://127.0.0.1:${http.address().port}`;
  provider = providing([await key('first', 'RS256')]);

  directory = await mkdtemp(join(tmpdir(), 'trialgraph-issuer-'));
  const port = await free();
  url = `http://127.0.0.1:${port}`;
  const settings = `
[server]
listen = "127.0.0.1:${port}"
[database]
url = "sqlite:${join(directory, 'trialgraph.sqlite')}"
[keys]
master_file = "${join(directory, 'master.key')}"
[outbound]
loopback = true
[[issuers]]
issuer = "${issuer}"
audience = "${AUDIENCE}"
algorithm = "RS256"
clients = ["portal", "robot"]
acr = ["${GOLD}"]
signature_acr = ["${GOLD}"]
`;
  await writeFile(join(directory, 'trialgraph.toml'), settings);
  trialgraph('migrate');
  trialgraph('init', '--administrator', 'ann', '--administrator', 'bob');
  for (const name of ['alice', 'robot']) {
    trialgraph('add-person', '--as', 'ann', '--name', name, '--display-name', `Made-up ${name}`,
      '--issuer', issuer, '--subject', name);
  }
  server = spawn(BINARY, ['--config', join(directory, 'trialgraph.toml'), 'serve'], { stdio: 'ignore', env });
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(`${url}/health/ready`).then((it) => it.ok, () => false);
    if (ready) break;
    assert.ok(tries < 300 && server.exitCode === null, 'the server does not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

after(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'close');
  }
  http?.closeAllConnections();
  http?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

async function free() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** What the API says to a token: the viewer, or the code of the error. */
async function viewer(token) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: '{ viewer { name memberships { role } } }' }),
  });
  const body = await response.json();
  return body.data?.viewer ?? body.errors[0].extensions.code;
}

async function form(path, fields) {
  const response = await fetch(`${issuer}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}

const robot = (resource) =>
  form('/token', {
    grant_type: 'client_credentials', client_id: 'robot', client_secret: 'made up for this test', resource, scope: 'api',
  });

/** The code flow with PKCE, as a browser walks it: sign-in, consent, callback. */
async function signIn(login) {
  const verifier = randomBytes(32).toString('base64url');
  const cookies = new Map();
  const go = async (address, fields) => {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const body = fields && new URLSearchParams(fields);
    const response = await fetch(new URL(address, issuer), { method: body ? 'POST' : 'GET', headers, body, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split('=');
      cookies.set(name, value);
    }
    return response.headers.get('location');
  };
  const asked = new URLSearchParams({
    client_id: 'portal', response_type: 'code', redirect_uri: CALLBACK, scope: 'openid api', resource: AUDIENCE,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  let next = await go(`/auth?${asked}`);
  for (let steps = 0; !next.startsWith(CALLBACK); steps += 1) {
    assert.ok(steps < 8, `it goes in circles: ${next}`);
    if (next.includes('/interaction/')) {
      const uid = next.split('/').pop();
      const { prompt } = await provider.Interaction.find(uid);
      const fields = prompt.name === 'login' ? { prompt: 'login', login, password: 'any' } : { prompt: 'consent' };
      next = await go(next, fields);
    } else {
      next = await go(next);
    }
  }
  const code = new URL(next).searchParams.get('code');
  return form('/token', {
    grant_type: 'authorization_code', client_id: 'portal', redirect_uri: CALLBACK, code, code_verifier: verifier,
    resource: AUDIENCE,
  });
}

test('somebody who signs in by the code flow is the person of that subject, without any role of the token', async () => {
  const tokens = await signIn('alice');
  assert.deepEqual(await viewer(tokens.access_token), { name: 'alice', memberships: [] });
  assert.deepEqual(await viewer(tokens.access_token), { name: 'alice', memberships: [] }, 'a second time too');
});

test('JWT-14: an ID token of the same sign-in is no access token', async () => {
  const tokens = await signIn('alice');
  assert.ok(tokens.id_token);
  assert.equal(await viewer(tokens.id_token), 'UNAUTHENTICATED');
});

test('a subject whom the portal does not know is not let in', async () => {
  const tokens = await signIn('mallory');
  assert.equal(await viewer(tokens.access_token), 'UNAUTHENTICATED');
});

test('JWT-06: a token for another audience is refused, one for this API is accepted', async () => {
  assert.deepEqual((await viewer((await robot(AUDIENCE)).access_token)).name, 'robot');
  assert.equal(await viewer((await robot('urn:somebody:else')).access_token), 'UNAUTHENTICATED');
});

test('JWT-15: keys that the issuer rotates are found, an unknown one once a minute at most', async () => {
  const before = (await robot(AUDIENCE)).access_token;
  assert.equal((await viewer(before)).name, 'robot');
  provider = providing([await key('second', 'RS256')]);
  const after = (await robot(AUDIENCE)).access_token;
  // Within a minute of the last look the new key is not asked for, so that invented keys ask nobody for anything.
  assert.equal(await viewer(after), 'UNAUTHENTICATED');
  await new Promise((resolve) => setTimeout(resolve, 61_000));
  assert.equal((await viewer(after)).name, 'robot');
  // JWT-16: with the key that is gone, what it signed is over, remembered or not.
  assert.equal(await viewer(before), 'UNAUTHENTICATED');
});

test('JWT-08: who is nobody is told nothing', async () => {
  assert.equal(await viewer(undefined), 'UNAUTHENTICATED');
  assert.equal(await viewer('a.b.c'), 'UNAUTHENTICATED');
});
