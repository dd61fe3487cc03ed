import { t } from '../../../platform/web/t.ts';
import { el, icon, setText } from '../shared/dom.ts';
import { megabytes } from './megabytes.ts';
import type { LadderState, StepChoice } from './ladder.ts';

/** Something that asks for an answer, over the lower part of the screen. */
export interface Sheet {
  close(): void;
}

/** Keeps the keyboard inside the sheet and gives it back where it was. */
function open(sheet: HTMLElement, onDismiss: (() => void) | null): Sheet {
  const before = document.activeElement;
  const cover = el('div', { class: onDismiss ? 'cover' : 'cover calm' }, sheet);
  const focusable = (): HTMLElement[] =>
    Array.from(sheet.querySelectorAll<HTMLElement>('button, input, a')).filter(
      ({ offsetParent }) => offsetParent !== null,
    );
  const close = (): void => {
    cover.remove();
    document.removeEventListener('keydown', onKey);
    if (before instanceof HTMLElement) before.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && onDismiss) onDismiss();
    if (event.key !== 'Tab') return;
    const all = focusable();
    const edge = event.shiftKey ? all[0] : all[all.length - 1];
    if (document.activeElement !== edge && sheet.contains(document.activeElement)) return;
    event.preventDefault();
    const next = event.shiftKey ? all[all.length - 1] : all[0];
    if (next) next.focus();
  };
  document.addEventListener('keydown', onKey);
  if (onDismiss) {
    cover.addEventListener('click', (event) => {
      if (event.target === cover) onDismiss();
    });
  }
  document.body.append(cover);
  const first = focusable()[0];
  if (first) first.focus();
  return { close };
}

export interface RollCallSheet extends Sheet {
  /** Whole seconds left. */
  tick(secondsLeft: number): void;
  setSending(): void;
  setFailed(reason: string): void;
}

/** Two short tones: besides the voice, a roll call is the only thing that may sound. */
function chime(): void {
  const Context = globalThis.AudioContext;
  if (typeof Context !== 'function') return;
  const context = new Context();
  if (context.state !== 'running') {
    void context.close(); // nobody touched the page yet: the browser keeps it silent, the sheet is seen anyway
    return;
  }
  [660, 880].forEach((frequency, i) => {
    const tone = context.createOscillator();
    const volume = context.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = frequency;
    tone.connect(volume);
    volume.connect(context.destination);
    tone.start(context.currentTime + i * 0.25);
    tone.stop(context.currentTime + i * 0.25 + 0.2);
  });
  setTimeout(() => void context.close(), 1000);
}

/** @param slow - what becomes of somebody whose line is too slow to answer. */
export function openRollCall(teacherName: string, slow: string, onHere: () => void): RollCallSheet {
  const button = el('button', { class: 'hear', type: 'button', onclick: onHere }, t('rooms.pupil.roll.here'));
  const left = el('p', { id: 'roll-left' });
  const problem = el('p', { class: 'problem', role: 'status' });
  const sheet = el(
    'div',
    {
      class: 'sheet roll',
      role: 'alertdialog',
      'aria-modal': 'true',
      'aria-labelledby': 'roll-title',
      'aria-describedby': 'roll-left',
    },
    icon('hand'),
    el('h2', { id: 'roll-title' }, t('rooms.pupil.roll.title', { teacher: teacherName })),
    button,
    problem,
    left,
    el('p', {}, slow),
  );
  chime();
  if (typeof navigator.vibrate === 'function') navigator.vibrate([120, 80, 120]);
  return {
    ...open(sheet, null),
    tick: (seconds) => setText(left, t('rooms.pupil.roll.left', { count: seconds })),
    setSending: () => setText(button, t('rooms.pupil.roll.sending')),
    setFailed(reason) {
      setText(button, t('rooms.pupil.roll.here'));
      setText(problem, reason);
    },
  };
}

const choices: readonly StepChoice[] = ['auto', 'standard', 'lightest'];

/**
 * The ladder and its cost, chosen by hand.
 *
 * @param bytes - what each step takes for the whole lesson.
 */
export function openLadder(
  ladder: LadderState,
  bytes: { readonly standard: number; readonly lightest: number },
  usedBytes: number,
  onChoose: (choice: StepChoice) => void,
): void {
  const rungs = choices.map((choice) => {
    const isNow = ladder.choice === choice;
    return el(
      'label',
      { class: isNow ? 'rung now' : 'rung' },
      el('input', {
        type: 'radio',
        name: 'step',
        checked: isNow,
        onchange: () => {
          onChoose(choice);
          sheet.close();
        },
      }),
      el(
        'span',
        {},
        t(`rooms.pupil.step.${choice}`),
        choice === 'auto'
          ? el('small', {}, t('rooms.pupil.step.autoNow', { step: t(`rooms.pupil.step.${ladder.step}`) }))
          : null,
      ),
      el(
        'span',
        { class: 'num' },
        choice === 'auto' ? '' : t('rooms.pupil.step.cost', { mb: megabytes(bytes[choice]) }),
      ),
    );
  });
  const close = el(
    'button',
    { class: 'btn soft', type: 'button', onclick: () => sheet.close() },
    t('rooms.pupil.step.close'),
  );
  const element = el(
    'div',
    { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'step-title' },
    el('h2', { id: 'step-title' }, t('rooms.pupil.step.title')),
    el('p', { class: 'muted' }, t('rooms.pupil.step.used', { mb: megabytes(usedBytes) })),
    el('div', { role: 'radiogroup', 'aria-labelledby': 'step-title' }, ...rungs),
    close,
  );
  const sheet = open(element, () => sheet.close());
}
