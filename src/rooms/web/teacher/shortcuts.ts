import type { ToolName } from './board/ink.ts';

export interface ShortcutActs {
  tool: (name: ToolName) => void;
  undo: () => void;
  turn: (step: 1 | -1) => void;
  microphone: () => void;
  ask: () => void;
  pause: () => void;
  mute: () => void;
  end: () => void;
  list: () => void;
}

/** Keys and what they do, in the order in which `?` lists them; `name` is the end of a catalogue key. */
export const shortcutList = [
  { keys: '1', name: 'pen' },
  { keys: '2', name: 'marker' },
  { keys: '3', name: 'eraser' },
  { keys: '4', name: 'pointer' },
  { keys: 'Ctrl Z', name: 'undo' },
  { keys: '← →', name: 'turn' },
  { keys: 'M', name: 'microphone' },
  { keys: 'Q', name: 'ask' },
  { keys: 'Alt P', name: 'pause' },
  { keys: 'Alt M', name: 'mute' },
  { keys: 'Alt E', name: 'end' },
  { keys: '?', name: 'list' },
] as const;

const toolKeys: Readonly<Record<string, ToolName>> = { 1: 'pen', 2: 'marker', 3: 'eraser', 4: 'pointer' };

/** Leads keys to acts; while somebody types, only the keys with Alt work. */
export function listenToKeys(acts: ShortcutActs): void {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const act = actOf(event, acts);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actOf(event: KeyboardEvent, acts: ShortcutActs): (() => void) | null {
  // `code`, because Alt changes the letter on many keyboards.
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    if (event.code === 'KeyP') return acts.pause;
    if (event.code === 'KeyM') return acts.mute;
    return event.code === 'KeyE' ? acts.end : null;
  }
  if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select')) return null;
  if ((event.ctrlKey || event.metaKey) && event.code === 'KeyZ') return acts.undo;
  if (event.ctrlKey || event.metaKey) return null;
  const inTabs = event.target instanceof HTMLElement && event.target.closest('[role=tablist]') !== null;
  if (!inTabs && (event.key === 'ArrowRight' || event.key === 'PageDown')) return () => acts.turn(1);
  if (!inTabs && (event.key === 'ArrowLeft' || event.key === 'PageUp')) return () => acts.turn(-1);
  if (event.key === 'm' || event.key === 'M') return acts.microphone;
  if (event.key === 'q' || event.key === 'Q') return acts.ask;
  if (event.key === '?') return acts.list;
  const tool = toolKeys[event.key];
  return tool ? () => acts.tool(tool) : null;
}
