import { Upload } from 'antd';
import type { ReactNode } from 'react';

/** One file to choose or to drop; choosing it uploads it at once. */
export function FileDrop({
  accept,
  title,
  busyTitle,
  isBusy,
  onFile,
  children,
}: {
  /** Endings the file dialog proposes; the content decides. */
  accept: string;
  title: string;
  busyTitle: string;
  isBusy: boolean;
  onFile: (file: File) => void;
  /** What may be chosen and what happens to it. */
  children: ReactNode;
}) {
  return (
    <div className="roster-choose">
      <Upload.Dragger
        accept={accept}
        showUploadList={false}
        disabled={isBusy}
        beforeUpload={(file) => {
          onFile(file);
          return false;
        }}
      >
        <div className="roster-drop" aria-busy={isBusy}>
          <p className="roster-drop-title">{isBusy ? busyTitle : title}</p>
          {children}
        </div>
      </Upload.Dragger>
    </div>
  );
}
