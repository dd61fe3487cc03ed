import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { InlineConfig, Plugin, Rolldown } from 'vite';
import { SERVER_ENTRY, SERVICE_WORKER_ENTRY, type WebBuild } from '../../src/platform/web/builds.ts';

const COMMON = {
  configFile: false,
  root: join(import.meta.dirname, '../..'),
  publicDir: false,
  logLevel: 'warn',
} as const satisfies InlineConfig;

/** Remarks on other people's packages that nobody here can act on, and that would hide our own. */
const IDLE_REMARKS: ReadonlySet<string | undefined> = new Set(['MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS']);

const onLog: Rolldown.InputOptions['onLog'] = (level, log, pass) => {
  if (!IDLE_REMARKS.has(log.code)) pass(level, log);
};

/** Copies the files that a library fetches while it runs, under their own names: it puts the addresses together itself. */
function copyBeside(build: WebBuild, folder: string): Plugin {
  return {
    name: 'copy-beside',
    async closeBundle() {
      for (const [address, source] of Object.entries(build.beside ?? {})) {
        await cp(join(COMMON.root, source), join(folder, address), { recursive: true });
      }
    },
  };
}

/**
 * Gives antd's run-time styles the page's nonce everywhere.
 *
 * `ConfigProvider csp` reaches most of them; the scroll lock of drawers and dialogs writes its style without, and the
 * content policy refuses it. The build fails when the library's line changes, so that nobody finds out on the screen.
 */
function stylesWithNonce(): Plugin {
  const line = 'if (csp?.nonce) {\n    styleNode.nonce = csp?.nonce;\n  }';
  let isPatched = false;
  return {
    name: 'styles-with-nonce',
    // The filter runs in the bundler; without it every module would come by here.
    transform: {
      filter: { id: /@rc-component\/util\/es\/Dom\/dynamicCSS\.js$/ },
      handler(code, id) {
        if (!code.includes(line)) throw new Error(`${id} no longer sets the nonce where it did; look again.`);
        isPatched = true;
        return code.replace(
          line,
          `styleNode.nonce = csp?.nonce ?? document.querySelector('meta[name="style-nonce"]')?.nonce ?? '';`,
        );
      },
    },
    buildEnd(error) {
      if (!error && !isPatched)
        throw new Error('The console is built without the file that writes antd styles.');
    },
  };
}

/** Vite settings for one bundle; files land in `<outDir>/<build>/` and are served as `/assets/<build>/…`. */
export function bundleConfig(build: WebBuild, outDir: string): InlineConfig {
  return {
    ...COMMON,
    base: `/assets/${build.name}/`,
    plugins: [
      ...(build.name === 'console' ? [stylesWithNonce()] : []),
      copyBeside(build, `${outDir}/${build.name}`),
    ],
    worker: {
      format: 'es',
      rolldownOptions: {
        // Flat, as everything else: the page's rule for worker addresses allows no subfolder.
        output: { entryFileNames: '[name].[hash].js', chunkFileNames: '[name].[hash].js' },
      },
    },
    build: {
      outDir: `${outDir}/${build.name}`,
      emptyOutDir: true,
      target: [...build.target],
      cssTarget: [...build.target],
      // Inlined assets would need `data:` in more places than pictures.
      assetsInlineLimit: 0,
      // The polyfill is an extra 0.7 kB for browsers that fetch the few preloads a moment later without it.
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        onLog,
        input: { ...build.entries },
        output: {
          entryFileNames: '[name].[hash].js',
          chunkFileNames: '[name].[hash].js',
          assetFileNames: '[name].[hash][extname]',
        },
      },
    },
  };
}

/** The learner's Today for Node: `dist/ssr/render.js`. */
export function serverConfig(outDir: string): InlineConfig {
  return {
    ...COMMON,
    ssr: { noExternal: true },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: SERVER_ENTRY,
      target: 'node24',
      rolldownOptions: { onLog, output: { entryFileNames: 'render.js' } },
    },
  };
}

/** The service worker, a classic script; `shell` is what it keeps for a start without network. */
export function serviceWorkerConfig(outDir: string, shell: readonly string[]): InlineConfig {
  return {
    ...COMMON,
    define: { SHELL_FILES: JSON.stringify(shell) },
    build: {
      outDir,
      emptyOutDir: true,
      target: ['chrome80', 'safari13'],
      lib: {
        entry: SERVICE_WORKER_ENTRY,
        formats: ['iife'],
        name: 'nolServiceWorker',
        fileName: () => 'sw.js',
      },
    },
  };
}
