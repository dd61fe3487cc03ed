import { t } from '../../../platform/web/t.ts';
import { clear, el } from '../shared/dom.ts';
import type { Stretch } from '../shared/heard.ts';
import type { Chapter } from './chapters.ts';

export interface ChapterLine {
  readonly element: HTMLElement;
  setChapters(chapters: readonly Chapter[], durationMs: number): void;
  /** @param pageName - of the page at the position, for screen readers. */
  setPosition(positionMs: number, pageName: string): void;
  setHeard(heard: readonly Stretch[]): void;
}

const keySteps: Readonly<Record<string, number>> = {
  ArrowLeft: -5_000,
  ArrowDown: -5_000,
  ArrowRight: 5_000,
  ArrowUp: 5_000,
  PageDown: -60_000,
  PageUp: 60_000,
};

/** The recording as a line of chapters, green where it was heard; a slider for mouse, finger and keyboard. */
export function createChapterLine(onSeek: (positionMs: number) => void): ChapterLine {
  const knob = el('span', { class: 'knob' });
  const track = el('span', { class: 'track' });
  const element = el(
    'div',
    {
      class: 'line',
      role: 'slider',
      tabindex: 0,
      'aria-label': t('rooms.recording.position'),
      'aria-valuemin': 0,
    },
    track,
    knob,
  );
  let durationMs = 0;
  let positionMs = 0;
  let isDragging = false;
  let parts: { chapter: Chapter; element: HTMLElement }[] = [];

  const percent = (ms: number): string => `${((ms / Math.max(1, durationMs)) * 100).toFixed(3)}%`;
  const timeAt = (event: PointerEvent): number => {
    const box = element.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width))) * durationMs;
  };
  const place = (): void => {
    knob.style.left = percent(positionMs);
  };

  element.addEventListener('pointerdown', (event) => {
    if (durationMs === 0) return;
    isDragging = true;
    element.setPointerCapture(event.pointerId);
    positionMs = timeAt(event);
    place();
  });
  element.addEventListener('pointermove', (event) => {
    if (!isDragging) return;
    positionMs = timeAt(event);
    place();
  });
  element.addEventListener('pointerup', (event) => {
    if (!isDragging) return;
    isDragging = false;
    onSeek(timeAt(event));
  });
  element.addEventListener('pointercancel', () => {
    isDragging = false;
  });
  element.addEventListener('keydown', (event) => {
    const step = keySteps[event.key];
    const to =
      event.key === 'Home'
        ? 0
        : event.key === 'End'
          ? durationMs
          : step === undefined
            ? null
            : positionMs + step;
    if (to === null) return;
    event.preventDefault();
    onSeek(Math.max(0, Math.min(durationMs, to)));
  });

  return {
    element,
    setChapters(chapters, duration) {
      durationMs = duration;
      element.setAttribute('aria-valuemax', String(Math.round(duration / 1000)));
      clear(track);
      parts = chapters.map((chapter) => {
        const part = el('span', { class: 'ch' });
        part.style.left = percent(chapter.startMs);
        part.style.width = `calc(${percent(chapter.endMs - chapter.startMs)} - 3px)`;
        track.append(part);
        return { chapter, element: part };
      });
    },
    setPosition(position, pageName) {
      if (isDragging) return;
      positionMs = position;
      place();
      const seconds = Math.floor(position / 1000);
      if (element.getAttribute('aria-valuenow') === String(seconds)) return;
      element.setAttribute('aria-valuenow', String(seconds));
      element.setAttribute(
        'aria-valuetext',
        t('rooms.recording.positionText', {
          minutes: Math.floor(seconds / 60),
          seconds: seconds % 60,
          page: pageName,
        }),
      );
    },
    setHeard(heard) {
      for (const { chapter, element: part } of parts) {
        const { startMs, endMs } = chapter;
        const length = Math.max(1, endMs - startMs);
        const here = heard.filter(([from, to]) => from < endMs && to > startMs);
        while (part.childNodes.length > here.length) part.removeChild(part.lastChild!);
        here.forEach(([from, to], i) => {
          const mark = (part.childNodes[i] as HTMLElement | undefined) || part.appendChild(el('span'));
          const left = Math.max(0, from - startMs) / length;
          mark.style.left = `${left * 100}%`;
          mark.style.width = `${Math.min(1 - left, (to - Math.max(from, startMs)) / length) * 100}%`;
        });
      }
    },
  };
}
