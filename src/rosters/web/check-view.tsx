import { Button, Checkbox, Radio } from 'antd';
import { useState } from 'react';
import { Lead } from '../../platform/web/console/page-head.tsx';
import { t } from '../../platform/web/t.ts';
import type { RosterDraft } from '../contract.ts';
import { Discard } from './checking.tsx';
import { ColumnCards, type ReadAs } from './column-cards.tsx';
import { DraftLines } from './draft-lines.tsx';

export interface CheckViewProps {
  readonly draft: RosterDraft;
  readonly isBusy: boolean;
  /** The file is still in the page, so that it can be checked again with other options. */
  readonly hasFile: boolean;
  readonly onMapPhone: (column: { sheet: string; column: number }) => void;
  readonly onReadAs: (column: { sheet: string; column: number }, field: ReadAs) => void;
  readonly onCreateClasses: () => void;
  readonly onUploadAgain: () => void;
  readonly onConfirm: (leaving: 'keep' | 'end') => void;
}

/** What the file would change: the sentence, the counts, the rows by trouble, the columns; then one confirmation. */
export function CheckView(props: CheckViewProps) {
  const { draft } = props;
  return (
    <div className="roster-check">
      <CheckLead draft={draft} />
      <Counts draft={draft} />
      {draft.newClasses.length > 0 && (
        <p className="muted">
          {t('rosters.classes.new', { count: draft.newClasses.length, names: namesOf(draft.newClasses) })}
        </p>
      )}
      <ClassCounts draft={draft} />
      {draft.scope === 'classesInFile' && <p className="muted">{t('rosters.scope.classes')}</p>}
      {draft.merged > 0 && <p className="muted">{t('rosters.merged', { count: draft.merged })}</p>}
      <div className={draft.undoes === null ? 'roster-columns' : ''}>
        <DraftLines
          draft={draft}
          hasFile={props.hasFile}
          isBusy={props.isBusy}
          onCreateClasses={props.onCreateClasses}
        />
        {draft.undoes === null && (
          <ColumnCards
            draft={draft}
            hasFile={props.hasFile}
            isBusy={props.isBusy}
            onMapPhone={props.onMapPhone}
            onReadAs={props.onReadAs}
          />
        )}
      </div>
      <ConfirmBar {...props} />
    </div>
  );
}

/** The first names of a long list; the rest only counts. */
function namesOf(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join('、')}…` : names.join('、');
}

function CheckLead({ draft }: { draft: RosterDraft }) {
  const { must, look, created, changed, sections, members } = draft;
  if (draft.undoes !== null) {
    return (
      <Lead>
        {t('rosters.undo.lead', { leaving: draft.leaving, changed })}
        {look > 0 && <span className="muted">{t('rosters.undo.cannot', { look })}</span>}
      </Lead>
    );
  }
  const writes = created + changed + leftOut(draft) + sections.created + sections.changed + members.created;
  if (must > 0) {
    return (
      <Lead>
        <span className="red">{t('rosters.lead.must', { must, look })}</span>
        <span className="muted">{t('rosters.lead.mustWhy')}</span>
      </Lead>
    );
  }
  if (writes === 0) return <Lead>{t('rosters.lead.nothing')}</Lead>;
  return <Lead>{look > 0 ? t('rosters.lead.look', { look }) : t('rosters.lead.fine')}</Lead>;
}

function Counts({ draft }: { draft: RosterDraft }) {
  const counts = [
    { label: t('rosters.count.problems'), value: draft.must + draft.look, isHot: draft.must > 0 },
    { label: t('rosters.count.created'), value: draft.created },
    { label: t('rosters.count.changed'), value: draft.changed },
    { label: t('rosters.count.unchanged'), value: draft.unchanged },
    {
      label: t(draft.undoes === null ? 'rosters.count.leaving' : 'rosters.undo.leaving'),
      value: draft.leaving,
    },
  ];
  return (
    <dl className="roster-counts">
      {counts.map(({ label, value, isHot }) => (
        <div key={label} className={isHot ? 'hot' : ''}>
          <dt>{label}</dt>
          <dd className={`num ${value === 0 ? 'zero' : ''}`}>{value.toLocaleString()}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What becomes of teaching classes and of who is in them; nothing to say of a plain list of people. */
export function ClassCounts({ draft: { sections, members, undoes } }: { draft: RosterDraft }) {
  const isPlain = [...Object.values(sections), ...Object.values(members)].every((count) => count === 0);
  if (isPlain) return null;
  if (undoes !== null) return <p className="muted">{t('rosters.undo.members', { ...members })}</p>;
  return (
    <p className="muted">
      {t('rosters.sections.lead', { ...sections })} {t('rosters.members.lead', { ...members })}
    </p>
  );
}

/** People, classes and enrollments that the file does not name any more. */
function leftOut({ leaving, sections, members }: RosterDraft): number {
  return leaving + sections.ended + members.ended;
}

function ConfirmBar({ draft, isBusy, onUploadAgain, onConfirm }: CheckViewProps) {
  const [hasRead, setRead] = useState(false);
  const [leaving, setLeaving] = useState<'keep' | 'end'>('keep');
  const { created, changed, must } = draft;
  const isUndo = draft.undoes !== null;
  return (
    <footer className="roster-confirm">
      {leftOut(draft) > 0 && must === 0 && !isUndo && (
        <fieldset className="roster-leaving">
          <legend>
            {draft.leaving > 0
              ? t('rosters.leaving.ask', { count: draft.leaving })
              : t('rosters.leaving.askMembers', { count: leftOut(draft) })}
          </legend>
          <Radio.Group value={leaving} onChange={(event) => setLeaving(event.target.value as 'keep' | 'end')}>
            <Radio value="keep">{t('rosters.leaving.keep')}</Radio>
            <Radio value="end">{t('rosters.leaving.end')}</Radio>
          </Radio.Group>
        </fieldset>
      )}
      <div className="roster-confirm-acts">
        {must > 0 ? (
          <span className="red">{t('rosters.confirm.left', { must })}</span>
        ) : (
          <Checkbox checked={hasRead} onChange={(event) => setRead(event.target.checked)}>
            {isUndo
              ? t('rosters.undo.read', { leaving: draft.leaving, changed })
              : t('rosters.confirm.read', { created, changed })}
          </Checkbox>
        )}
        <span className="roster-gap" />
        <Discard draft={draft} act={t('rosters.discard.act')} ask={t('rosters.discard.ask')} />
        {!isUndo && (
          <Button disabled={isBusy} onClick={onUploadAgain}>
            {t('rosters.confirm.again')}
          </Button>
        )}
        <Button
          type="primary"
          disabled={must > 0 || !hasRead}
          loading={isBusy}
          onClick={() => onConfirm(leaving)}
        >
          {t(isUndo ? 'rosters.undo.confirm' : 'rosters.confirm.act')}
        </Button>
      </div>
    </footer>
  );
}
