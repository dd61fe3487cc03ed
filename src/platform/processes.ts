import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorCode } from './start-refusal.ts';

/**
 * What tells a process from a later one with the same number: its start time as the system writes it.
 *
 * @returns `null` when there is no such process, or it has ended and nobody has collected it yet.
 */
export function processBirth(pid: number): string | null {
  if (process.platform !== 'linux') return birthFromPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses: fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return null;
    throw error;
  }
}

function birthFromPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    // `ps` ends with 1 when there is no such process.
    return null;
  }
}

/** The command line of a process, or an empty string when it has ended. */
export function processCommand(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** Waits until the process has ended. @returns false when it is still there after `limitMs`. */
export async function waitForEnd(pid: number, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (processBirth(pid) !== null) {
    if (performance.now() > until) return false;
    await sleep(10);
  }
  return true;
}

/** Sends a signal; a process that has already ended is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
