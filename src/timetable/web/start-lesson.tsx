import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input, InputNumber, Radio, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { TeacherToday } from '../today-contract.ts';
import { teachingAddress } from './teaching-slate.tsx';

/** Ways in which a lesson can begin at once. */
const STARTED_MODES = ['live', 'external', 'contacted'] as const;

interface Wanted {
  readonly classIds: string[];
  readonly courseTitle: string;
  readonly minutes: number;
  readonly mode: (typeof STARTED_MODES)[number];
  /** Of a meeting elsewhere. */
  readonly link?: string;
}

/** A lesson that is not in the timetable, begun at once. */
export function StartLesson({ classes }: { classes: TeacherToday['classes'] }) {
  const [isOpen, setOpen] = useState(false);
  const start = useMutation({
    mutationFn: (wanted: Wanted) => api.post('/api/lessons/now', { body: wanted }),
    onSuccess: ({ day, lessonId }) => location.assign(teachingAddress({ schoolDay: day, lessonId })),
  });
  if (!isOpen) {
    return (
      <Button block onClick={() => setOpen(true)}>
        {t('timetable.teaching.startNow')}
      </Button>
    );
  }
  return (
    <section className="card start-lesson" aria-labelledby="start">
      <h2 id="start">{t('timetable.teaching.startNow')}</h2>
      {start.isError && <ProblemNotice error={start.error} />}
      <Form<Wanted>
        layout="vertical"
        requiredMark={false}
        initialValues={{
          mode: 'live',
          minutes: 40,
          classIds: classes.length === 1 ? [classes[0]?.classId] : [],
        }}
        onFinish={(wanted) => start.mutate(wanted)}
      >
        <Form.Item
          name="classIds"
          label={t('timetable.teaching.classes')}
          rules={[{ required: true, message: t('timetable.teaching.classesNeeded') }]}
        >
          <Select
            mode="multiple"
            options={classes.map(({ classId, name }) => ({ value: classId, label: name }))}
          />
        </Form.Item>
        <Form.Item
          name="courseTitle"
          label={t('timetable.teaching.course')}
          rules={[{ required: true, whitespace: true, message: t('timetable.teaching.courseNeeded') }]}
        >
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="mode" label={t('timetable.teaching.mode')}>
          <Radio.Group
            optionType="button"
            options={STARTED_MODES.map((mode) => ({ value: mode, label: t(`rooms.mode.${mode}`) }))}
          />
        </Form.Item>
        <Form.Item noStyle dependencies={['mode']}>
          {({ getFieldValue }) =>
            getFieldValue('mode') === 'external' && (
              <Form.Item
                name="link"
                label={t('timetable.plan.link')}
                rules={[
                  {
                    required: true,
                    pattern: /^https:\/\/[^\s"<>]+$/,
                    message: t('timetable.problem.link_missing'),
                  },
                ]}
              >
                <Input type="url" maxLength={500} placeholder="https://" />
              </Form.Item>
            )
          }
        </Form.Item>
        <Form.Item name="minutes" label={t('timetable.teaching.minutes')}>
          <InputNumber controls={false} min={5} max={180} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={start.isPending} block>
          {t('timetable.teaching.start')}
        </Button>
      </Form>
    </section>
  );
}
