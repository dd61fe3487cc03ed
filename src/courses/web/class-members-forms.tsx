import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';

/** After a change of who is in a class: says so and asks again who it is. */
function useChange(classId: string) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  return {
    done: async (text: string) => {
      await Promise.all(
        [['members', classId], ['composition', classId], ['classes']].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      void message.success(text);
    },
    failed: (error: unknown) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
  };
}

/** Of which homeroom classes a teaching class is made. */
export function Composition({ classId }: { classId: string }) {
  const { done, failed } = useChange(classId);
  const [chosen, setChosen] = useState<string[] | null>(null);
  const composition = useQuery({
    queryKey: ['composition', classId],
    queryFn: () => api.get('/api/classes/{classId}/composition', { path: { classId } }),
  });
  const save = useMutation({
    mutationFn: (homeroomIds: string[]) =>
      api.put('/api/classes/{classId}/composition', { path: { classId }, body: { homeroomIds } }),
    onSuccess: (counts) => {
      setChosen(null);
      return done(t('courses.compose.saved', counts));
    },
    onError: failed,
  });
  if (composition.isError) {
    return <ProblemNotice error={composition.error} onRetry={composition.refetch} />;
  }
  if (composition.data?.kind !== 'scheduled') return null;
  const { homerooms } = composition.data;
  const standing = homerooms.filter(({ isPart }) => isPart).map(({ classId: id }) => id);
  const value = chosen ?? standing;
  const isSame = value.length === standing.length && value.every((id) => standing.includes(id));
  return (
    <section className="card pad" aria-labelledby="composition">
      <h2 id="composition">{t('courses.compose.title')}</h2>
      <p className="muted">{t('courses.compose.why')}</p>
      <div className="form-row">
        <Select
          mode="multiple"
          aria-label={t('courses.compose.choose')}
          placeholder={t('courses.compose.choose')}
          value={value}
          onChange={setChosen}
          showSearch={{ optionFilterProp: 'label' }}
          options={homerooms.map((row) => ({ value: row.classId, label: row.name }))}
          style={{ flex: '1 1 240px', minWidth: 0 }}
        />
        <Button type="primary" disabled={isSame} loading={save.isPending} onClick={() => save.mutate(value)}>
          {t('courses.compose.save')}
        </Button>
      </div>
    </section>
  );
}

/** Lets one pupil join: retaking, chosen late, or a guest of another school. */
export function JoinForm({ classId }: { classId: string }) {
  const { done, failed } = useChange(classId);
  const empty = { number: '', name: '', schoolCode: '' };
  const [asked, setAsked] = useState(empty);
  const join = useMutation({
    mutationFn: () => {
      const schoolCode = asked.schoolCode.trim() || null;
      return api.post('/api/classes/{classId}/pupils', {
        path: { classId },
        body: { number: asked.number.trim(), name: asked.name.trim(), schoolCode },
      });
    },
    onSuccess: ({ outcome }) => {
      const { name } = asked;
      setAsked(empty);
      return done(
        outcome === 'joined' ? t('courses.join.done', { name }) : t('courses.join.already', { name }),
      );
    },
    onError: failed,
  });
  const field = (key: keyof typeof asked, label: string, maxLength: number) => (
    <Input
      aria-label={label}
      placeholder={label}
      value={asked[key]}
      maxLength={maxLength}
      onChange={(event) => setAsked({ ...asked, [key]: event.target.value })}
      style={{ flex: '1 1 160px' }}
    />
  );
  return (
    <section className="card pad" aria-labelledby="join">
      <h2 id="join">{t('courses.join.title')}</h2>
      <p className="muted">{t('courses.join.why')}</p>
      <form
        className="form-row"
        onSubmit={(event) => {
          event.preventDefault();
          join.mutate();
        }}
      >
        {field('number', t('courses.join.number'), 40)}
        {field('name', t('courses.join.name'), 100)}
        {field('schoolCode', t('courses.join.school'), 40)}
        <Button
          htmlType="submit"
          disabled={asked.number.trim() === '' || asked.name.trim() === ''}
          loading={join.isPending}
        >
          {t('courses.join.do')}
        </Button>
      </form>
    </section>
  );
}

/** Takes a pupil out of a class that is not their home, after asking. */
export function LeaveButton({
  classId,
  personId,
  name,
}: {
  classId: string;
  personId: string;
  name: string;
}) {
  const { done, failed } = useChange(classId);
  const leave = useMutation({
    mutationFn: () =>
      api.delete('/api/classes/{classId}/pupils/{personId}', { path: { classId, personId }, body: null }),
    onSuccess: () => done(t('courses.leave.done', { name })),
    onError: failed,
  });
  return (
    <Popconfirm
      title={t('courses.leave.sure', { name })}
      okText={t('courses.leave.do')}
      cancelText={t('courses.leave.keep')}
      onConfirm={() => leave.mutate()}
    >
      <Button size="small" loading={leave.isPending} aria-label={t('courses.leave.of', { name })}>
        {t('courses.leave.do')}
      </Button>
    </Popconfirm>
  );
}
