import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';

import { dataPath, readConfig, type Config } from '../src/platform/config.ts';
import { ensureDataFolder } from '../src/platform/data-folder.ts';
import { createLogger, type Logger } from '../src/platform/log.ts';
import { errorCode, StartRefusal } from '../src/platform/start-refusal.ts';
import { explain, inLanguage } from '../src/platform/terminal.ts';
import { startServer } from '../src/server.ts';
import { startScreen } from './screen.ts';
import { buildProgramBeside, ensureWebBuilt } from './builds.ts';
import type { Loaded } from './load-program.mjs';

interface RunOptions {
  readonly mode: Config['mode'];
  readonly args: readonly string[];
  /** Where log lines go: a file beside the data (a person reads the screen), or standard output. */
  readonly logTo: 'file' | 'stdout';
  readonly loaded: Loaded;
}

const flags = ['--lan', '--demo-open', '--no-demo'] as const;
const largestLogBytes = 20_000_000;

/**
 * Runs the server until Ctrl-C or SIGTERM and ends the process: 0 after a clean stop, else the sentence
 * that says what went wrong and a code that is not 0.
 */
export async function runServer({ mode, args, logTo, loaded }: RunOptions): Promise<void> {
  const stopAsked = stopSignal();
  // A terminal that was closed must not keep the server from stopping whole.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const config = readFlags(args, mode);
    const { log, logFile } = await openLog(config, logTo);
    const server = await startServer(config, {
      log,
      webBuilt: () => ensureWebBuilt(loaded.fingerprint, announceBuild),
    });
    if (mode === 'serve') process.stdout.write(`${server.addresses[0]}\n`);
    else process.stdout.write(await startScreen(server, { logFile }));
    const endBuild = prepareNextStart(loaded, log);
    await stopAsked;
    endBuild();
    process.stderr.write(`\n${inLanguage({ zh: '正在停止……', en: 'Stopping …' })}\n`);
    await server.stop();
    process.exit(0);
  } catch (error) {
    const { text, exitCode } = explain(error);
    process.stderr.write(`${text}\n`);
    process.exit(exitCode);
  }
}

/**
 * Keeps what makes the next start quick, a start after a crash included.
 *
 * @returns ends what is still being done.
 */
function prepareNextStart({ isOneFile }: Loaded, log: Logger): () => void {
  // By itself Node keeps it when it ends, which a process that is killed never does.
  flushCompileCache();
  if (isOneFile) return () => undefined;
  return buildProgramBeside((reason) => log.warn({ reason }, 'program.build'));
}

function readFlags(args: readonly string[], mode: Config['mode']): Config {
  const unknown = args.find((argument) => !(flags as readonly string[]).includes(argument));
  if (unknown !== undefined) {
    throw new StartRefusal('unknown_option', {
      zh: `没有选项 ${unknown}。可用的选项：${flags.join('、')}。其余设置用环境变量，见 npm run nol -- help settings。`,
      en: `There is no option ${unknown}. Options: ${flags.join(', ')}. Other settings come from the environment: npm run nol -- help settings.`,
    });
  }
  const env = { ...process.env };
  if (args.includes('--demo-open')) env['DEMO_OPEN'] = '1';
  if (args.includes('--no-demo')) env['DEMO'] = '0';
  return readConfig(env, args.includes('--lan') ? 'lan' : mode);
}

/** How long after the first signal a second one is taken for impatience and not for npm's echo, in milliseconds. */
const echoMs = 1_000;

/** Settles when somebody wants the server to stop; asking again ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // The database goes on by itself and is taken over at the next start.
        if (askedAt !== null && performance.now() - askedAt > echoMs) process.exit(130);
        askedAt ??= performance.now();
        resolve();
      });
    }
    whenNpmEnds(resolve);
  });
}

/**
 * SIGTERM to `npm start` ends npm and the shell between, which hands it on to nobody: without this the server would go on
 * alone and unseen.
 */
function whenNpmEnds(act: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    act();
  }, 500);
  look.unref();
}

function announceBuild(): void {
  const text = inLanguage({ zh: '正在构建网页部分……', en: 'Building the web part …' });
  process.stderr.write(`${text}\n`);
}

async function openLog(
  config: Config,
  logTo: RunOptions['logTo'],
): Promise<{ log: Logger; logFile: string | null }> {
  if (logTo === 'stdout') return { log: createLogger({ level: config.logLevel }), logFile: null };
  await ensureDataFolder(config.dataDir);
  await mkdir(dataPath(config, 'log'), { recursive: true, mode: 0o700 });
  const logFile = join(config.dataDir, 'log', 'server.log');
  await keepSmall(logFile);
  const destination = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  // A full disk must not end the server for the sake of its log; the database reports it too.
  destination.on('error', () => undefined);
  return { log: createLogger({ level: config.logLevel, destination }), logFile };
}

async function keepSmall(file: string): Promise<void> {
  try {
    if ((await stat(file)).size > largestLogBytes) await rename(file, `${file}.1`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
