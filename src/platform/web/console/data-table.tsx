import { Button, Input, Table } from 'antd';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { t } from '../t.ts';
import { shownRows, viewOf, withView, type ReadableColumn, type TableView } from './data-rows.ts';
import { Empty } from './states.tsx';
import './data-table.css';

/** Rows a page of a table holds. */
const PAGE_ROWS = 100;

export interface DataColumn<Row> extends ReadableColumn<Row> {
  /** What stands in the cell; default: its text. */
  readonly render?: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Offers the texts of this column as a filter. */
  readonly isFilter?: boolean;
  /** Only a picture or an act: not sorted, not exported. */
  readonly isAside?: boolean;
  /** On a telephone: left out, or the one number of the row, at its right. */
  readonly onPhone?: 'absent' | 'figure';
  /** Sentences, which may break into lines. */
  readonly isLong?: boolean;
}

export interface DataTableProps<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly DataColumn<Row>[];
  readonly rowKey: (row: Row) => string;
  /** What the search field says; without it there is none. */
  readonly find?: string;
  /** Name of the exported file, without ending; without it nothing is exported. */
  readonly exportAs?: string;
  /** First rows of the exported file: unit and cut-off time. */
  readonly exportHead?: readonly string[];
  readonly rowClass?: (row: Row) => string;
  /** Beside the search field. */
  readonly children?: ReactNode;
}

/**
 * A table that is searched, sorted, filtered, paged and exported, all of it in the address: a link shows the same rows.
 * On a telephone each row stands as lines below each other. One a page.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { rows, columns, find, exportAs, children } = props;
  const [search, setSearch] = useSearchParams();
  const view = viewOf(search, columns);
  const shown = shownRows(rows, columns, view);
  const change = (next: Partial<TableView>): void =>
    setSearch(withView(search, { ...view, page: 1, ...next }), { replace: true });
  return (
    <>
      {(find || exportAs || children) && (
        <div className="toolbar data-tools">
          {find && (
            <Input.Search
              enterButton={t('platform.table.find')}
              key={view.find}
              allowClear={{ clearIcon: <Sign name={t('platform.table.clear')}>✕</Sign> }}
              defaultValue={view.find}
              placeholder={find}
              aria-label={find}
              onSearch={(text) => change({ find: text.trim() })}
              className="data-find"
            />
          )}
          {children}
          {exportAs && (
            <Button
              className="data-export"
              disabled={shown.length === 0}
              onClick={() => void save(props, shown)}
            >
              {t('platform.table.export', { count: shown.length })}
            </Button>
          )}
        </div>
      )}
      {shown.length === 0 && rows.length > 0 ? (
        <Empty title={t('platform.table.nothingFound')}>
          <Button onClick={() => change({ find: '', filters: {} })}>{t('platform.table.showAll')}</Button>
        </Empty>
      ) : (
        <Rows {...props} shown={shown} view={view} onChange={change} />
      )}
    </>
  );
}

interface RowsProps<Row> extends DataTableProps<Row> {
  readonly shown: readonly Row[];
  readonly view: TableView;
  readonly onChange: (next: Partial<TableView>) => void;
}

function Rows<Row extends object>({
  rows,
  columns,
  rowKey,
  rowClass,
  shown,
  view,
  onChange,
}: RowsProps<Row>) {
  return (
    <Table<Row>
      rowKey={rowKey}
      size="small"
      className="data-table"
      dataSource={[...shown]}
      rowClassName={rowClass}
      scroll={{ x: true }}
      pagination={
        shown.length > PAGE_ROWS ? { current: view.page, pageSize: PAGE_ROWS, showSizeChanger: false } : false
      }
      onChange={({ current }, filters, sorter, { action }) => {
        if (action === 'paginate') return onChange({ page: current });
        const sorted = Array.isArray(sorter) ? sorter[0] : sorter;
        onChange({
          sort: sorted?.order ? { key: String(sorted.columnKey), isDown: sorted.order === 'descend' } : null,
          filters: Object.fromEntries(
            Object.entries(filters).flatMap(([key, values]) => (values ? [[key, values.map(String)]] : [])),
          ),
        });
      }}
      columns={columns.map((column) => ({
        key: column.key,
        title: column.title,
        align: column.isNumber ? 'right' : undefined,
        className: classOf(column),
        onCell: () => ({ 'data-label': column.title }) as object,
        render: (_, row) => (column.render ? column.render(row) : (column.text(row) ?? '—')),
        ...(column.isAside
          ? {}
          : {
              // Sorted and filtered here before the table gets its rows: what is exported is what is shown.
              sorter: true,
              sortOrder: view.sort?.key === column.key ? (view.sort.isDown ? 'descend' : 'ascend') : null,
            }),
        ...(column.isFilter
          ? {
              filters: choicesOf(rows, column),
              filteredValue: [...(view.filters[column.key] ?? [])],
              filterIcon: <Sign name={t('platform.table.filter')}>▾</Sign>,
            }
          : {}),
      }))}
    />
  );
}

/** A sign with a name in the reader's language; antd's own have English ones. */
function Sign({ name, children }: { name: string; children: string }) {
  return (
    <span role="img" aria-label={name} className="table-sign">
      {children}
    </span>
  );
}

function classOf<Row>({ onPhone, isLong }: DataColumn<Row>): string {
  const phone = { absent: 'wide-only', figure: 'key-figure', shown: '' }[onPhone ?? 'shown'];
  return isLong ? `${phone} long-text` : phone;
}

function choicesOf<Row>(rows: readonly Row[], { text }: DataColumn<Row>) {
  const texts = new Set(rows.map((row) => String(text(row) ?? '')));
  return [...texts].map((value) => ({ text: value === '' ? '—' : value, value }));
}

async function save<Row>(
  { columns, exportAs = '', exportHead = [] }: DataTableProps<Row>,
  shown: readonly Row[],
): Promise<void> {
  const { workbookOf } = await import('./workbook.ts');
  const written = columns.filter(({ isAside }) => !isAside);
  const bytes = workbookOf(exportAs, [
    ...exportHead.map((line) => [line]),
    written.map(({ title }) => title),
    ...shown.map((row) => written.map(({ text }) => text(row))),
  ]);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: XLSX }));
  link.download = `${exportAs}.xlsx`;
  link.click();
  URL.revokeObjectURL(link.href);
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
