const paths = {
  activity: 'M3 12h4l3-8 4 16 3-8h4',
  auto: 'M12 3a9 9 0 1 0 0 18V3Z M12 3a9 9 0 0 1 0 18',
  back: 'M15 5l-7 7 7 7',
  brokers: 'M4 5h16v5H4z M4 14h16v5H4z M7.500 7.500h.01 M7.500 16.500h.01',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  circle: 'M12 8.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7Z',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z M12 8v4.500l3 2',
  copy: 'M9 9h11v11H9z M5 15H4V4h11v1',
  cross: 'M6 6l12 12 M18 6L6 18',
  dark: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500Z',
  down: 'M6 9l6 6 6-6',
  grip: 'M9 6h.01 M15 6h.01 M9 12h.01 M15 12h.01 M9 18h.01 M15 18h.01',
  hook: 'M12 12v-6a3 3 0 1 1 3 3 M12 12a4 4 0 1 1-4 4 M17 16h-5',
  leave: 'M14 4H5v16h9 M10 12h11 M17 8l4 4-4 4',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z M12 2v2 M12 20v2 M2 12h2 M20 12h2 M5 5l1.500 1.500 M17.500 17.500L19 19 M19 5l-1.500 1.500 M6.500 17.500L5 19',
  minus: 'M6 12h12',
  firehose: 'M4 7h9a3 3 0 0 1 0 6H8a3 3 0 0 0 0 6h12',
  people:
    'M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z M3 20a6 6 0 0 1 12 0 M16 5.500a3 3 0 0 1 0 5.500 M17 14.500a6 6 0 0 1 4 5.500',
  queue: 'M4 6h16 M4 12h16 M4 18h10',
  worker:
    'M12 8.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7Z M12 3v3 M12 18v3 M3 12h3 M18 12h3 M5.600 5.600l2.100 2.100 M16.300 16.300l2.100 2.100 M18.400 5.600l-2.100 2.100 M7.700 16.300l-2.100 2.100',
  open: 'M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6',
  plus: 'M12 5v14 M5 12h14',
  question: 'M9 9.500a3 3 0 1 1 4.200 2.700c-.8.400-1.200 1-1.200 1.800 M12 17.500h.01',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z M20 20l-4-4',
  turning: 'M20 12a8 8 0 1 1-2.500-5.800 M20 3v4h-4',
  undo: 'M8 5L4 9l4 4 M4 9h10a6 6 0 0 1 0 12h-3',
} as const;

export type IconName = keyof typeof paths;

/** A picture beside words; it says nothing by itself. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
