import { stringify } from 'yaml';
import type { Thing } from './client.ts';

export const formats = ['table', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];

/** A column of a table: its heading, and the field it shows. */
export type Column = readonly [heading: string, field: string];

/** Where a command writes. stdout gets data only, stderr everything said to a person. */
export interface Io {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Shows a list. */
export function showList(io: Io, format: Format, items: readonly Thing[], columns: readonly Column[]): void {
  if (format !== 'table') {
    show(io, format, items);
    return;
  }
  if (items.length === 0) {
    io.stderr.write('none\n');
    return;
  }
  const rows = [
    columns.map(([heading]) => heading),
    ...items.map((item) => columns.map(([, field]) => text(item[field]))),
  ];
  io.stdout.write(rows.map((row) => `${align(row, rows)}\n`).join(''));
}

/** Shows one thing: a line a field, or the whole as JSON or YAML. */
export function showOne(io: Io, format: Format, item: Thing): void {
  if (format !== 'table') {
    show(io, format, item);
    return;
  }
  const simple = Object.entries(item).filter(([, value]) => typeof value !== 'object' || value === null);
  const width = Math.max(...simple.map(([key]) => key.length));
  io.stdout.write(simple.map(([key, value]) => `${key.padEnd(width)}  ${text(value)}\n`).join(''));
}

function show(io: Io, format: Format, data: unknown): void {
  io.stdout.write(format === 'json' ? `${JSON.stringify(data, null, 2)}\n` : stringify(data));
}

/** Cells of a row, each as wide as the widest of its column. */
function align(row: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = row.map((_, column) => Math.max(...rows.map((other) => other[column]?.length ?? 0)));
  return row
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}

/** A value in a table; nothing is a dash. */
function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
