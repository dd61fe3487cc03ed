import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';

/** What the product's own source does that only a few places may do. */
export type Deed =
  /** Text that the database takes as a statement without passing through a tag that binds its values. */
  | 'raw statement'
  /** A statement put together from pieces of text. */
  | 'built statement'
  /** Text that a browser would read as markup. */
  | 'markup'
  /** Text that would be run as a program. */
  | 'code from text';

export interface Finding {
  /** Relative to the repository. */
  readonly file: string;
  readonly deed: Deed;
  /** The source itself, shortened. */
  readonly text: string;
}

/** A node of the syntax tree (ESTree) as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const root = path.join(import.meta.dirname, '../..');

const STATEMENT =
  /^\s*(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|CREATE|DROP|ALTER|TRUNCATE|COPY|GRANT|REVOKE|SET|LISTEN|NOTIFY|CALL|DO|MERGE)\s/;
const MARKUP = new Set([
  'innerHTML',
  'outerHTML',
  'insertAdjacentHTML',
  'dangerouslySetInnerHTML',
  'createContextualFragment',
  'DOMParser',
  'setHTMLUnsafe',
  'parseHTMLUnsafe',
  'srcdoc',
]);

/** Files of the product: what runs at a school, without tests and what only tests use. */
export function productFiles(): string[] {
  return globSync(['src/**/*.{ts,tsx}', 'bin/**/*.{ts,mjs}'], { cwd: root })
    .filter((file) => !/\.test\.tsx?$|\.d\.ts$|(?:^|\/)(?:testing|proofs)\//.test(file))
    .toSorted();
}

/** Calls `look` for every node of a file. */
export function walkSource(file: string, text: string, look: (node: Node) => void): void {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const open: unknown[] = [program];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...(next as unknown[]));
    else if (typeof next === 'object' && next !== null) {
      if ('type' in next) look(next as Node);
      open.push(...Object.values(next));
    }
  }
}

export function sourceOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Everything of the kind `Deed` in one file. */
export function deedsOf(file: string, text: string): Finding[] {
  const found: Finding[] = [];
  const tagged = new Set<unknown>();
  walkSource(file, text, (node) => {
    // Parents come before their children: a template under a tag is known when it is met.
    if (node.type === 'TaggedTemplateExpression') tagged.add(node['quasi']);
    const deed = deedOf(node, tagged);
    if (deed) {
      const shown = text.slice(node.start, node.end).replaceAll(/\s+/g, ' ').slice(0, 90);
      found.push({ file, deed, text: shown });
    }
  });
  return found;
}

function deedOf(node: Node, tagged: ReadonlySet<unknown>): Deed | null {
  switch (node.type) {
    case 'TemplateLiteral':
      return !tagged.has(node) &&
        (node['expressions'] as unknown[]).length > 0 &&
        STATEMENT.test(startOf(node))
        ? 'built statement'
        : null;
    case 'BinaryExpression':
      return node['operator'] === '+' && STATEMENT.test(startOf(node)) ? 'built statement' : null;
    case 'CallExpression':
      return callDeed(node);
    case 'NewExpression':
      return nameOf(node['callee']) === 'Function' ? 'code from text' : null;
    case 'ImportDeclaration':
      return /^(?:node:)?vm$/.test(String((node['source'] as Node)['value'])) ? 'code from text' : null;
    case 'Identifier':
    case 'JSXIdentifier':
      return MARKUP.has(String(node['name'])) ? 'markup' : null;
    case 'Literal':
      return typeof node['value'] === 'string' && MARKUP.has(node['value']) ? 'markup' : null;
    default:
      return null;
  }
}

function callDeed(node: Node): Deed | null {
  const callee = node['callee'] as Node;
  const [first] = node['arguments'] as Node[];
  const name = nameOf(callee);
  if (name === 'eval' || name === 'Function') return 'code from text';
  if (/^(?:setTimeout|setInterval)$/.test(name) && first && isText(first)) return 'code from text';
  if (callee.type !== 'MemberExpression') return null;
  const object = nameOf(callee['object']);
  if ((object === 'sql' && /^(?:raw|lit)$/.test(name)) || (object === 'CompiledQuery' && name === 'raw'))
    return 'raw statement';
  if (object === 'document' && /^write(?:ln)?$/.test(name)) return 'markup';
  // Statements handed to the driver itself must be written out where they are asked.
  if (/^(?:query|executeSql)$/.test(name) && first && !isWrittenOut(first)) return 'raw statement';
  return null;
}

const isText = ({ type, value }: Node) =>
  type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');

const isWrittenOut = (node: Node) =>
  (node.type === 'Literal' && typeof node['value'] === 'string') ||
  (node.type === 'TemplateLiteral' && (node['expressions'] as unknown[]).length === 0);

/** The last part of a name: `query` of `pool.query`. */
function nameOf(value: unknown): string {
  const node = value as Node | null;
  if (node?.type === 'MemberExpression') return nameOf(node['property']);
  return typeof node?.['name'] === 'string' ? node['name'] : '';
}

/** The text a template or a sum of texts begins with. */
function startOf(node: Node): string {
  if (node.type === 'BinaryExpression') return startOf(node['left'] as Node);
  if (node.type === 'TemplateLiteral') {
    const [first] = node['quasis'] as Node[];
    return String((first?.['value'] as { raw?: string } | undefined)?.raw ?? '');
  }
  return typeof node['value'] === 'string' ? node['value'] : '';
}
