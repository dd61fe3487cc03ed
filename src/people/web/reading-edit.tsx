import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { t } from '../../platform/web/t.ts';

interface Read {
  readonly personId: string;
  readonly name: string;
  readonly readings: readonly string[];
  readonly isReadingCorrected: boolean;
}

/** How a name is read, small beside it; who may, opens a form that corrects it. */
export function NameReading({ person, mayCorrect }: { person: Read; mayCorrect: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const reading = person.readings[0];
  if (!mayCorrect) return reading === undefined ? null : <span className="muted reading">{reading}</span>;
  return (
    <>
      <Button
        type="text"
        size="small"
        className="reading"
        aria-label={`${reading ?? t('people.reading.none')}: ${t('people.reading.correct', { name: person.name })}`}
        onClick={() => setOpen(true)}
      >
        {reading ?? t('people.reading.none')}
      </Button>
      {isOpen && <ReadingForm person={person} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReadingForm({ person, onClose }: { person: Read; onClose: () => void }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [text, setText] = useState(person.readings[0] ?? '');
  const save = useMutation({
    mutationFn: (reading: string | null) =>
      api.put('/api/people/{personId}/reading', { path: { personId: person.personId }, body: { reading } }),
    onSuccess: async () => {
      await Promise.all([['members'], ['people']].map((queryKey) => queries.invalidateQueries({ queryKey })));
      void message.success(t('people.reading.saved'));
      onClose();
    },
    onError: (error) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
  });
  const isBlank = text.trim() === '';
  return (
    <Modal
      open
      title={t('people.reading.title', { name: person.name })}
      onCancel={onClose}
      closable={false}
      footer={[
        ...(person.isReadingCorrected
          ? [
              <Button key="back" disabled={save.isPending} onClick={() => save.mutate(null)}>
                {t('people.reading.back')}
              </Button>,
            ]
          : []),
        <Button key="cancel" onClick={onClose}>
          {t('people.reading.cancel')}
        </Button>,
        <Button
          key="save"
          type="primary"
          disabled={isBlank}
          loading={save.isPending}
          onClick={() => save.mutate(text)}
        >
          {t('people.reading.save')}
        </Button>,
      ]}
    >
      <p className="muted">{t('people.reading.why')}</p>
      <Input
        autoFocus
        lang="zh-Latn"
        aria-label={t('people.reading.field')}
        value={text}
        maxLength={100}
        onChange={(event) => setText(event.target.value)}
        onPressEnter={() => !isBlank && save.mutate(text)}
      />
    </Modal>
  );
}
