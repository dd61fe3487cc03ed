import { statfs } from 'node:fs/promises';

/** A sentence in both languages: the terminal shows one or both, depending on the locale. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/**
 * The start (or a command) cannot go on, for a reason that a person can put right.
 *
 * The terminal prints the sentence and nothing else; the process ends with `exitCode`.
 */
export class StartRefusal extends Error {
  readonly code: string;
  readonly sentence: Sentence;
  readonly exitCode: number;

  constructor(
    code: string,
    sentence: Sentence,
    { cause, exitCode = 2 }: { cause?: unknown; exitCode?: number } = {},
  ) {
    super(sentence.en, { cause });
    this.name = 'StartRefusal';
    this.code = code;
    this.sentence = sentence;
    this.exitCode = exitCode;
  }
}

/** The `code` of a system or database error (`ENOENT`, `53100`), or an empty string. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Turns the file system's own refusals into sentences; any other error comes back as it is. */
export function folderRefusal(folder: string, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    // The folder above is there and yet the system knows no such place: below /proc, or a folder removed just now.
    case 'ENOENT':
      return new StartRefusal(
        'data_dir_not_writable',
        {
          zh: `无法写入数据文件夹 ${folder}。请把它的写权限交给当前用户，或用 DATA_DIR 指定另一个文件夹。`,
          en: `The data folder ${folder} is not writable. Give this user the right to write there, or name another folder with DATA_DIR.`,
        },
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartRefusal(
        'data_dir_not_a_folder',
        {
          zh: `数据文件夹 ${folder} 的位置上是一个文件。请移走该文件，或用 DATA_DIR 指定另一个文件夹。`,
          en: `There is a file where the data folder ${folder} should be. Move it away, or name another folder with DATA_DIR.`,
        },
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, error);
    case 'ENAMETOOLONG':
      return new StartRefusal(
        'data_dir_too_long',
        {
          zh: `数据文件夹的路径太长：${folder}。请用 DATA_DIR 指定较短的路径。`,
          en: `The path of the data folder is too long: ${folder}. Name a shorter one with DATA_DIR.`,
        },
        { cause: error },
      );
    default:
      return error;
  }
}

/** Whether fewer than `neededBytes` can be written where the folder lies. */
export async function isDiskFull(folder: string, neededBytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < neededBytes;
}

export function diskFull(folder: string, cause?: unknown): StartRefusal {
  return new StartRefusal(
    'disk_full',
    {
      zh: `${folder} 所在的磁盘已满。请腾出空间后再启动，已有的数据没有丢失。`,
      en: `The disk that holds ${folder} is full. Free some space and start again; what was stored is safe.`,
    },
    { cause },
  );
}
