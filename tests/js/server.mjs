// The server under test: a demonstration of its own, in a directory of its own, on a port of its own.

import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BINARY =
  process.env.TRIALGRAPH_BIN ?? fileURLToPath(new URL('../../target/debug/trialgraph', import.meta.url));
/** The environment without settings of the server, which would refuse the name of its own program among them. */
export const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRIALGRAPH_')));
/** How long the demonstration may take to fill its database, in milliseconds. */
const START = 300_000;
/** How long the server may take to stop, in milliseconds. */
const STOP = 30_000;

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/**
 * Starts a demonstration and waits until it serves.
 *
 * @returns {Promise<{url: string, users: {name: string, role: string, sites: string[], token: string}[],
 *   stop: () => Promise<void>}>}
 */
export async function start() {
  await access(BINARY).catch(() => {
    throw new Error(`${BINARY} is not there: build it with \`cargo build\`, or name another in TRIALGRAPH_BIN`);
  });
  const directory = await mkdtemp(join(tmpdir(), 'trialgraph-judges-'));
  const child = spawn(BINARY, ['demo', '--port', '0', '--data', directory], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = (said + text).slice(-4_000);
    });
  }
  const gone = new Promise((resolve) => child.once('close', resolve));
  let failed;
  child.once('error', (error) => {
    failed = error;
  });
  const running = () => failed === undefined && child.exitCode === null && child.signalCode === null;

  const stop = async () => {
    if (running()) {
      child.kill('SIGTERM');
      const hung = await Promise.race([gone.then(() => false), pause(STOP).then(() => true)]);
      if (hung) {
        child.kill('SIGKILL');
        await gone;
        await rm(directory, { recursive: true, force: true });
        throw new Error(`the server did not stop within ${STOP} ms:\n${said}`);
      }
    }
    await rm(directory, { recursive: true, force: true });
  };

  for (const until = Date.now() + START; Date.now() < until; await pause(100)) {
    if (!running()) {
      await rm(directory, { recursive: true, force: true });
      throw new Error(`the server did not start: ${failed ?? `exit ${child.exitCode}`}\n${said}`);
    }
    const demo = await demoOf(directory);
    if (demo && (await serves(demo.url))) return { ...demo, stop };
  }
  child.kill('SIGKILL');
  await gone;
  await rm(directory, { recursive: true, force: true });
  throw new Error(`the server did not start within ${START} ms:\n${said}`);
}

async function demoOf(directory) {
  try {
    return JSON.parse(await readFile(join(directory, 'demo.json'), 'utf8'));
  } catch {
    return undefined; // not written yet, or not to its end
  }
}

async function serves(url) {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}

/** A user of the demonstration who has a role, or the first one. */
export function user(demo, role) {
  const found = demo.users.find((each) => each.role === role) ?? demo.users[0];
  if (!found?.token) throw new Error('demo.json names no user with a token');
  return found;
}
