import type { Logger } from './log.ts';

/** Everything that an operator is called for. `docs/runbooks/incident.md` has a section of the same name for each. */
export const ALARMS = ['database', 'disk', 'queue', 'clock', 'backup', 'audit', 'damage', 'scrub'] as const;
export type Alarm = (typeof ALARMS)[number];

/** Where the runbook says what to do. */
export const runbookOf = (alarm: Alarm): string => `docs/runbooks/incident.md#alarm-${alarm}`;

/** Looks at one thing. @returns why there is an alarm, without anybody's name; `null` when all is well. */
export type Probe = () => Promise<string | null>;

export interface Alarms {
  /** What rings now, with its reason. */
  ringing(): ReadonlyMap<Alarm, string>;
  /** Looks at everything once; never rejects. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** How often everything is looked at, in milliseconds: a true state is at most this old. */
const EVERY_MS = 5_000;

/** A probe that does not answer by then has found its fault, in milliseconds. */
const PROBE_LIMIT_MS = 4_000;

/**
 * Watches until `stop()`. An alarm is one line when it begins and one when it ends, however long it rings: `alarm`
 * with its name, reason and place in the runbook, then `alarm.over`.
 *
 * @param probes - a probe that fails, other than `database`, has found nothing: what cannot be asked while the database
 *   is away is no fault of its own.
 */
export function watchAlarms(
  probes: Readonly<Partial<Record<Alarm, Probe>>>,
  log: Logger,
  everyMs = EVERY_MS,
): Alarms {
  const ringing = new Map<Alarm, string>();
  const set = (alarm: Alarm, reason: string | null) => {
    const was = ringing.has(alarm);
    if (reason === null) ringing.delete(alarm);
    else ringing.set(alarm, reason);
    if (reason !== null && !was) log.error({ alarm, reason, runbook: runbookOf(alarm) }, 'alarm');
    if (reason === null && was) log.info({ alarm }, 'alarm.over');
  };

  const look = async () => {
    const database = await ask(probes.database);
    set('database', database instanceof Error ? database.message : database);
    for (const alarm of ALARMS) {
      if (alarm === 'database' || probes[alarm] === undefined) continue;
      const found = await ask(probes[alarm]);
      // Whatever cannot be asked while the database is away says nothing about itself.
      if (found instanceof Error) log.debug({ err: found, alarm }, 'alarm.probe');
      else set(alarm, found);
    }
  };

  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = look().finally(() => (busy = false));
  }, everyMs).unref();
  return {
    ringing: () => ringing,
    look,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** @returns the reason, `null`, or the error that kept the probe from finding out. */
async function ask(probe: Probe | undefined): Promise<string | null | Error> {
  if (probe === undefined) return null;
  let limit: NodeJS.Timeout | undefined;
  const tooLong = new Promise<Error>((resolve) => {
    limit = setTimeout(() => resolve(new Error('no answer')), PROBE_LIMIT_MS).unref();
  });
  try {
    return await Promise.race([probe(), tooLong]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(limit);
  }
}
