import { t } from '../../../platform/web/t.ts';
import { PAGES_PER_LESSON_MAX } from '../../wire.ts';
import type { Dock } from './dock.ts';
import { setText } from '../shared/dom.ts';
import { button, h } from './element.ts';
import type { PageList } from './page-list.ts';
import { checkedRange, offeredRange, type PageRange } from './pages/choose-pages.ts';
import { type PageImage, PageProblem, blankPage } from './pages/page-image.ts';
import { type OpenPdf, openPdf } from './pages/pdf.ts';
import { pictureAsPage } from './pages/picture.ts';

interface AddPagesOptions {
  readonly dock: Dock;
  readonly pages: PageList;
  /** Numbers the page, shows it in the strip and queues its upload. */
  readonly take: (page: PageImage) => Promise<number>;
  readonly turnTo: (n: number) => void;
}

const cardId = 'add-pages';

/** Adds pages from files, from the camera, or blank ones. */
export class AddPages {
  readonly #options: AddPagesOptions;
  readonly #files = filePicker('application/pdf,image/*', true, null);
  readonly #camera = filePicker('image/*', false, 'environment');
  #stopped = false;

  constructor(options: AddPagesOptions) {
    this.#options = options;
    for (const picker of [this.#files, this.#camera]) {
      picker.addEventListener('change', () => {
        const files = [...(picker.files ?? [])];
        picker.value = '';
        void this.add(files);
      });
    }
  }

  /** Asks where the pages come from. */
  choose(): void {
    const { dock } = this.#options;
    const choice = (label: string, name: string, act: () => void) =>
      button(label, {
        icon: name,
        class: 'btn soft',
        onClick: () => {
          dock.close(cardId);
          act();
        },
      });
    dock.show({
      id: cardId,
      title: t('rooms.teacher.pages.add'),
      body: [
        h(
          'div',
          { class: 'choices' },
          choice(t('rooms.teacher.pages.from-file'), 'paper', () => this.#files.click()),
          choice(t('rooms.teacher.pages.photo'), 'camera', () => this.photo()),
          choice(t('rooms.teacher.pages.blank'), 'plus', () => void this.#guard('', () => this.#blank())),
        ),
        h('p', { class: 'small quiet' }, t('rooms.teacher.pages.hint', { most: PAGES_PER_LESSON_MAX })),
      ],
      actions: [],
      onClose: () => undefined,
      focus: true,
    });
  }

  photo(): void {
    this.#camera.click();
  }

  /** Files chosen, dropped or pasted. */
  async add(files: readonly File[]): Promise<void> {
    for (const file of files) await this.#guard(file.name, () => this.#addFile(file));
  }

  get #room(): number {
    return Math.max(0, PAGES_PER_LESSON_MAX - this.#options.pages.size);
  }

  async #addFile(file: File): Promise<void> {
    if (this.#room === 0) throw new PageProblem('no-room', file.name);
    const isPdf = file.type === 'application/pdf' || /\.pdf$/i.test(file.name);
    if (isPdf) return this.#addPdf(await openPdf(file));
    if (!file.type.startsWith('image/')) throw new PageProblem('not-a-page', file.name);
    this.#options.turnTo(await this.#options.take(await pictureAsPage(file)));
  }

  async #blank(): Promise<void> {
    if (this.#room === 0) throw new PageProblem('no-room', '');
    this.#options.turnTo(await this.#options.take(await blankPage()));
  }

  async #addPdf(pdf: OpenPdf): Promise<void> {
    const offered = offeredRange(pdf.pageCount, this.#room);
    if (!offered) throw new PageProblem('no-room', pdf.fileName);
    try {
      const range = offered.tooMany ? await this.#askRange(pdf, offered) : offered;
      if (range) await this.#addRange(pdf, range);
    } finally {
      await pdf.close();
    }
  }

  /** @returns the pages wanted, or `null` when the person thought better of it. */
  #askRange(pdf: OpenPdf, offered: PageRange): Promise<PageRange | null> {
    const { dock } = this.#options;
    const from = numberField(t('rooms.teacher.pages.from'), offered.from, pdf.pageCount);
    const to = numberField(t('rooms.teacher.pages.to'), offered.to, pdf.pageCount);
    const wrong = h('p', { class: 'small red', role: 'alert' });
    return new Promise((resolve) => {
      const done = (range: PageRange | null) => {
        dock.close(cardId);
        resolve(range);
      };
      const check = () => {
        const typed = { from: from.input.valueAsNumber, to: to.input.valueAsNumber };
        const range = checkedRange(typed, pdf.pageCount, this.#room);
        if (typeof range !== 'string') return done(range);
        const params = { count: pdf.pageCount, room: this.#room };
        setText(wrong, t(`rooms.teacher.pages.range.${range}`, params));
      };
      dock.show({
        id: cardId,
        title: t('rooms.teacher.pages.range.title', { count: pdf.pageCount, room: this.#room }),
        body: [h('div', { class: 'range' }, from.label, to.label), wrong],
        actions: [{ label: t('rooms.teacher.pages.range.add'), kind: 'main', act: check }],
        onClose: () => done(null),
        focus: true,
      });
    });
  }

  async #addRange(pdf: OpenPdf, { from, to }: PageRange): Promise<void> {
    this.#stopped = false;
    const progress = h('progress', { attributes: { max: String(to - from + 1), value: '0' } });
    const line = h('p', { class: 'num', role: 'status' });
    if (to > from) {
      this.#options.dock.show({
        id: cardId,
        title: t('rooms.teacher.pages.adding', { name: pdf.fileName }),
        body: [line, progress],
        actions: [{ label: t('rooms.teacher.pages.stop'), act: () => (this.#stopped = true) }],
      });
    }
    for (let pageNo = from; pageNo <= to && !this.#stopped; pageNo++) {
      setText(line, t('rooms.teacher.pages.adding-page', { page: pageNo - from + 1, count: to - from + 1 }));
      progress.value = pageNo - from;
      const n = await this.#options.take(await pdf.page(pageNo));
      if (pageNo === from) this.#options.turnTo(n);
    }
    this.#options.dock.close(cardId);
  }

  async #guard(fileName: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof PageProblem)) throw error;
      this.#options.dock.close(cardId);
      this.#options.dock.show({
        id: `page-problem-${error.code}`,
        title: t('rooms.teacher.page-problem.title', { name: fileName || t('rooms.teacher.pages.blank') }),
        tone: 'bad',
        body: [h('p', {}, t(`rooms.teacher.page-problem.${error.code}`, { most: PAGES_PER_LESSON_MAX }))],
        actions: [],
        onClose: () => undefined,
      });
    }
  }
}

function filePicker(accept: string, multiple: boolean, capture: string | null): HTMLInputElement {
  const attributes: Record<string, string> = { accept, ...(multiple ? { multiple: '' } : {}) };
  if (capture) attributes['capture'] = capture;
  return h('input', { type: 'file', attributes });
}

function numberField(
  text: string,
  value: number,
  max: number,
): { label: HTMLElement; input: HTMLInputElement } {
  const input = h('input', {
    type: 'number',
    attributes: { min: '1', max: String(max), value: String(value), inputmode: 'numeric' },
  });
  return { label: h('label', {}, h('span', {}, text), input), input };
}
