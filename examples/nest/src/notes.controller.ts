import { Attestry } from '@attestry/client';
import { Audit } from '@attestry/client/nest';
import { Controller, Delete, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';

@Controller('notes')
export class NotesController {
  readonly #notes = new Map<string, object>();

  /** The client can be injected everywhere. */
  constructor(private readonly audit: Attestry) {}

  @Post()
  create(): { id: string } {
    const id = String(this.#notes.size + 1);
    this.#notes.set(id, {});
    return { id };
  }

  /** The route says `note.deleted` as well; `@Audit` adds what it cannot say. */
  @Delete(':id')
  @HttpCode(204)
  @Audit({ action: { description: 'removed for good' } })
  remove(@Param('id') id: string): void {
    this.#notes.delete(id);
  }

  @Get(':id')
  find(@Param('id') id: string): object {
    const note = this.#notes.get(id);
    if (note === undefined) throw new NotFoundException('no such note');
    // Knows the request it is captured in: `context.request_id`.
    this.audit.capture({ type: 'note.opened', target: { type: 'note', id } });
    return note;
  }
}
