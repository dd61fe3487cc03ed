/**
 * Trusted Types for every page: the browser then refuses any string that reaches a place where it could become
 * markup or script, except through these two policies.
 *
 * `default` lets text without `<` pass (React and antd clear nodes with `innerHTML = ''`); `nol` makes addresses of
 * workers, only under `/assets/` and `/sw.js` of our own origin. Import this file first in every entry.
 */
interface Policy {
  createScriptURL(url: string): string;
}
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createHTML?(text: string): string; createScriptURL?(url: string): string },
  ): Policy;
}

const WORKER_ADDRESS = /^(?:\/assets\/[\w.-]+\/[\w.-]+\.js|\/sw\.js)$/;

/** @throws {TypeError} when the text could be markup. */
export function plainTextOnly(text: string): string {
  if (text.includes('<')) throw new TypeError('Refused to use a text with "<" as markup.');
  return text;
}

/** @throws {TypeError} when the address is not one of our own worker files. */
export function ownWorkerOnly(url: string): string {
  const path = url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : url;
  if (!WORKER_ADDRESS.test(path)) throw new TypeError(`Refused to start a worker from ${url}`);
  return path;
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
factory?.createPolicy('default', { createHTML: plainTextOnly });
const nol = factory?.createPolicy('nol', { createScriptURL: ownWorkerOnly });

/** Address of a worker file as `new Worker(…)` and `serviceWorker.register(…)` take it under Trusted Types. */
export function workerAddress(url: string): string {
  return nol ? nol.createScriptURL(url) : ownWorkerOnly(url);
}
