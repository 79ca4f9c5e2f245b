import type { ReactNode } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
  TextField,
} from 'react-aria-components';
import { Icon } from './icon.tsx';

interface Field {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
  readonly optional?: boolean;
}

const Optional = ({ optional }: { readonly optional: boolean | undefined }) =>
  optional === true ? <span className="optional"> (optional)</span> : null;

/** A line of text, with what is expected and what is wrong below it. */
export function TextInput({
  label,
  hint,
  error = null,
  optional,
  beside,
  mono,
  ...field
}: Field & {
  readonly name?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly type?: 'text' | 'password' | 'url';
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly placeholder?: string;
  /** A button that belongs to the field. */
  readonly beside?: ReactNode;
  readonly mono?: boolean;
}) {
  const { placeholder, ...rest } = field;
  return (
    <TextField {...rest} className="field" isInvalid={error !== null} spellCheck="false">
      <Label className="label">
        {label}
        <Optional optional={optional} />
      </Label>
      <div className="with-button">
        <Input className={mono === true ? 'input mono' : 'input'} placeholder={placeholder ?? ''} />
        {beside}
      </div>
      {error === null && hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

/** One of the things that can be chosen. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

/** One out of a list. */
export function Choose({
  label,
  hint,
  error = null,
  optional,
  choices,
  value,
  onChange,
  loading,
  name,
  none = '',
}: Field & {
  readonly name?: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly loading?: boolean;
  /** The id of the choice that chooses nothing. */
  readonly none?: string;
}) {
  const empty =
    loading === true ? 'Asking the cloud…' : choices.length === 0 ? 'The cloud has none' : 'Choose';
  return (
    <Select
      className="field"
      {...(name === undefined ? {} : { name })}
      value={value === '' && none === '' ? null : value === '' ? none : value}
      onChange={(key) => {
        onChange(key === null || key === none ? '' : String(key));
      }}
      isInvalid={error !== null}
      placeholder={empty}
      isDisabled={choices.length === 0}
    >
      <Label className="label">
        {label}
        <Optional optional={optional} />
      </Label>
      <Button className="select-button">
        <SelectValue className="truncate" />
        <Icon name="down" size={16} />
      </Button>
      {error === null && hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover">
        <ListBox items={choices}>
          {(choice: Choice) => (
            <ListBoxItem id={choice.id} textValue={choice.name} className="option">
              <Text slot="label">{choice.name}</Text>
              {choice.description !== undefined && (
                <Text slot="description" className="description">
                  {choice.description}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
