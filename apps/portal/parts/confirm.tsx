import type { ReactNode } from 'react';
import { useState } from 'react';
import { Dialog, Form, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { ActionButton } from './button.tsx';
import { TextInput } from './fields.tsx';
import { Failure } from './states.tsx';

/** Asks before what cannot be taken back: where `type` is given it has to be typed. */
export function Confirm({
  title,
  children,
  type,
  action,
  busy,
  error,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly type?: string;
  readonly action: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  const sure = type === undefined || typed.trim() === type;
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          <Form
            className="form"
            onSubmit={(event) => {
              event.preventDefault();
              if (sure && !busy) onConfirm();
            }}
          >
            <div>{children}</div>
            {type !== undefined && (
              <TextInput
                label={`Type ${type} to confirm`}
                value={typed}
                onChange={setTyped}
                autoComplete="off"
                autoFocus
              />
            )}
            {error !== null && <Failure error={error} />}
            <div className="actions">
              <ActionButton slot="close">Keep it</ActionButton>
              <ActionButton kind="danger-solid" type="submit" isDisabled={!sure} isPending={busy}>
                {action}
              </ActionButton>
            </div>
          </Form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
