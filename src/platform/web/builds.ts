/** The bundles of the web part. One build per browser floor: what a pupil's old phone gets is lowered, what staff get is not. */
export interface WebBuild {
  readonly name: string;
  /** Entry name -> source file, relative to the repository. Entry names are unique over all builds. */
  readonly entries: Readonly<Record<string, string>>;
  /** Oldest browsers the output must run on, as esbuild-style targets. */
  readonly target: readonly string[];
  /** The newest syntax the floor understands; `checkFloor` fails the build on anything newer. */
  readonly floor: 'es2020' | 'es2022';
  /** Files a library fetches while it runs: address below the bundle's -> file or folder, relative to the repository. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** What pdf.js fetches for PDFs that name fonts without carrying them, and for two kinds of picture. */
export const PDF_FILES = {
  'pdf/cmaps': 'node_modules/pdfjs-dist/cmaps',
  'pdf/standard_fonts': 'node_modules/pdfjs-dist/standard_fonts',
  'pdf/decoders/jbig2_nowasm_fallback.js': 'node_modules/pdfjs-dist/wasm/jbig2_nowasm_fallback.js',
  'pdf/decoders/openjpeg_nowasm_fallback.js': 'node_modules/pdfjs-dist/wasm/openjpeg_nowasm_fallback.js',
} as const;

const PUPIL_FLOOR = { target: ['chrome80', 'safari13'], floor: 'es2020' } as const;

export const WEB_BUILDS: readonly WebBuild[] = [
  {
    name: 'learner',
    entries: {
      learner: 'src/platform/web/learner/main.tsx',
      'sign-in': 'src/platform/web/sign-in/main.tsx',
    },
    ...PUPIL_FLOOR,
  },
  { name: 'room', entries: { room: 'src/rooms/web/pupil/main.ts' }, ...PUPIL_FLOOR },
  {
    name: 'console',
    entries: { console: 'src/platform/web/console/main.tsx' },
    target: ['chrome100', 'safari15.4', 'firefox100'],
    floor: 'es2022',
  },
  {
    // The teacher's room: the microphone's encoder (WebCodecs) sets the floor.
    name: 'teaching',
    entries: { teaching: 'src/rooms/web/teacher/main.ts' },
    target: ['chrome94', 'safari16', 'firefox130'],
    floor: 'es2022',
    beside: PDF_FILES,
  },
];

/** Rendered on the server: the learner's Today arrives as HTML. */
export const SERVER_ENTRY = 'src/platform/web/learner/render.tsx';

/** The service worker of the learner shell; served as `/sw.js` because its scope is its folder. */
export const SERVICE_WORKER_ENTRY = 'src/platform/web/learner/service-worker.ts';
