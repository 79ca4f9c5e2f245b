import { Button, Input, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { Icon } from './icon.tsx';

/** Finds as you type. */
export function Search({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <SearchField className="search" aria-label={label} value={value} onChange={onChange}>
      <Input className="input" placeholder={label} />
      <Button className="button" data-kind="plain" data-small>
        <Icon name="cross" size={14} />
      </Button>
    </SearchField>
  );
}

/** One of a few, or all. */
export function Filter<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly { readonly id: Value; readonly name: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <ToggleButtonGroup
      className="segments"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = options.find(({ id }) => keys.has(id));
        if (chosen !== undefined) onChange(chosen.id);
      }}
    >
      {options.map(({ id, name }) => (
        <ToggleButton key={id} id={id} className="segment">
          {name}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
