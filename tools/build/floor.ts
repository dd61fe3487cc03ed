import { parseSync } from 'vite';

/** Syntax that browsers at the pupil's floor (Chromium 80, Safari 13) refuse to parse: one such token is a white page. */
const NEWER_SYNTAX: Record<string, (node: Node) => boolean> = {
  'optional chaining': (node) => node.type === 'ChainExpression',
  '??': (node) => node.type === 'LogicalExpression' && node.operator === '??',
  'logical assignment': (node) => /^(?:\?\?|\|\||&&)=$/.test(node.operator ?? ''),
  'class field': (node) => node.type === 'PropertyDefinition' || node.type === 'StaticBlock',
  'private name': (node) => node.type === 'PrivateIdentifier',
  'numeric separator or bigint': (node) =>
    node.type === 'Literal' && /^[\d.][\w.]*_|^\d[\w]*n$/.test(node.raw ?? ''),
  'regular expression with look-behind or newer flag': (node) =>
    node.regex !== undefined && (/\(\?<[=!]/.test(node.regex.pattern) || /[dv]/.test(node.regex.flags)),
};

/** Methods that old browsers have not got; calling one throws in the pupil's hand. */
const NEWER_METHODS = new Set([
  'at',
  'findLast',
  'findLastIndex',
  'hasOwn',
  'randomUUID',
  'replaceAll',
  'toReversed',
  'toSorted',
  'toSpliced',
  'withResolvers',
  'structuredClone',
  'replaceChildren',
  'requestSubmit',
]);

interface Node {
  type: string;
  operator?: string;
  raw?: string;
  regex?: { pattern: string; flags: string };
  callee?: Node;
  property?: Node;
  computed?: boolean;
  name?: string;
  [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function calledName({ callee }: Node): string | undefined {
  // A bare name is a function of ours, which the minifier may well call `at`; only this one is the browser's.
  if (callee?.type === 'Identifier') return callee.name === 'structuredClone' ? callee.name : undefined;
  if (callee?.type === 'MemberExpression' && callee.computed !== true) return callee.property?.name;
  return undefined;
}

/**
 * What a file for pupils uses that the oldest supported browser has not got.
 *
 * @returns one entry per kind found, empty when the file is fine.
 */
export function aboveFloor(fileName: string, code: string): string[] {
  const { program, errors } = parseSync(fileName, code);
  if (errors.length > 0) return [`does not parse: ${errors[0]?.message}`];
  const found = new Set<string>();
  const stack: unknown[] = [program];
  while (stack.length > 0) {
    const item = stack.pop();
    if (Array.isArray(item)) stack.push(...item);
    else if (isNode(item)) {
      for (const [name, is] of Object.entries(NEWER_SYNTAX)) if (is(item)) found.add(name);
      if (item.type === 'CallExpression') {
        const name = calledName(item);
        if (name && NEWER_METHODS.has(name)) found.add(`${name}()`);
      }
      stack.push(...Object.values(item).filter((value) => Array.isArray(value) || isNode(value)));
    }
  }
  return [...found].sort();
}

/**
 * Style rules of a pupil's bundle that old browsers lay out wrongly without a word.
 *
 * `gap` in a flex row came with Chromium 84 and Safari 14.1; `inset`, `aspect-ratio` later still.
 */
export function stylesAboveFloor(css: string): string[] {
  const found = new Set<string>();
  for (const [, selector = '', body = ''] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (/display:\s*(?:inline-)?flex/.test(body) && /(?:^|;)\s*(?:column-|row-)?gap:/.test(body)) {
      found.add(`gap in flex: ${selector.trim()}`);
    }
    for (const property of ['inset', 'aspect-ratio', 'translate', 'scale', 'accent-color']) {
      if (new RegExp(`(?:^|;)\\s*${property}:`).test(body)) found.add(`${property}: ${selector.trim()}`);
    }
    if (/:(?:is|where|has)\(/.test(selector)) found.add(`selector: ${selector.trim()}`);
  }
  return [...found].sort();
}
