import { Modal } from 'antd';
import type { SecondStepReason } from '../second-step.ts';
import { t } from '../t.ts';
import { AnswerSecondStep, SetUpSecondStep } from './second-step-forms.tsx';

/** The question over whatever page asked for more than one's own class. */
export default function SecondStepDialog({
  reason,
  onDone,
  onCancel,
}: {
  reason: SecondStepReason;
  onDone: () => void;
  onCancel: () => void;
}) {
  const isNew = reason === 'totp_setup_required';
  return (
    <Modal
      open
      centered
      width={420}
      footer={null}
      maskClosable={false}
      title={t(isNew ? 'platform.secondStep.setUpTitle' : 'platform.secondStep.title')}
      onCancel={onCancel}
    >
      {isNew ? <SetUpSecondStep onDone={onDone} /> : <AnswerSecondStep onDone={onDone} />}
    </Modal>
  );
}
