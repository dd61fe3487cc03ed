import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal, Radio } from 'antd';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { t } from '../../platform/web/t.ts';
import type { OfficerRole, OfficerSex } from '../tables.ts';
import type { UnitWithOfficers } from './officers-page.tsx';

interface Fields {
  readonly name: string;
  readonly sex: OfficerSex | 'unsaid';
  readonly department: string;
  readonly post: string;
  readonly phone: string;
  readonly email: string;
}

/** Names one officer of a unit, or confirms who it is: saved, the day of today stands beside it. */
export function OfficerDialog({
  unit,
  role,
  officer,
  onDone,
}: {
  unit: UnitWithOfficers;
  role: OfficerRole;
  officer: UnitWithOfficers[OfficerRole];
  onDone: () => void;
}) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const save = useMutation({
    mutationFn: ({ sex, ...fields }: Fields) =>
      api.put('/api/orgs/{orgId}/officers/{role}', {
        path: { orgId: unit.orgId, role },
        body: { ...fields, sex: sex === 'unsaid' ? null : sex },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['officers'] });
      void message.success(t('orgs.officers.saved'));
      onDone();
    },
  });
  const problem =
    save.error instanceof ApiProblem ? save.error.message : save.error ? t('platform.problem.network') : null;
  const said = (key: 'name' | 'department' | 'post' | 'phone' | 'email') => t(`orgs.officers.column.${key}`);
  return (
    <Modal
      open
      title={t('orgs.officers.dialog', { unit: unit.name, role: t(`orgs.officers.role.${role}`) })}
      okText={t('orgs.officers.save')}
      cancelText={t('orgs.officers.cancel')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={onDone}
    >
      {problem && <Alert type="error" showIcon title={problem} role="alert" />}
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={{
          name: officer?.name ?? '',
          sex: officer?.sex ?? 'unsaid',
          department: officer?.department ?? '',
          post: officer?.post ?? '',
          phone: officer?.phone ?? '',
          email: officer?.email ?? '',
        }}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item name="name" label={said('name')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="sex" label={t('orgs.officers.column.sex')}>
          <Radio.Group
            options={[
              { value: 'female', label: t('orgs.officers.sex.female') },
              { value: 'male', label: t('orgs.officers.sex.male') },
              { value: 'unsaid', label: t('orgs.officers.sex.unsaid') },
            ]}
          />
        </Form.Item>
        <Form.Item name="department" label={said('department')}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="post" label={said('post')}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="phone" label={said('phone')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={40} inputMode="tel" />
        </Form.Item>
        <Form.Item name="email" label={said('email')}>
          <Input maxLength={120} inputMode="email" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
