// Notes, kept in memory, whose every change and failure is in the audit log.
import { Attestry } from '@attestry/client';
import { AttestryModule } from '@attestry/client/nest';
import { Module } from '@nestjs/common';
import { NotesController } from './notes.controller';

@Module({
  imports: [
    // First, so that it sees what the guards of other modules refuse. `forRoot({ client })` does where nothing is injected.
    AttestryModule.forRootAsync({
      useFactory: () => ({
        // Where to and as whom say ATTESTRY_URL and ATTESTRY_API_KEY.
        client: new Attestry({ defaults: { context: { service: 'notes' } } }),
        // The header stands for your own sign-in: `request.user`, most likely.
        actor: (request) => {
          const name = request.headers['x-user'];
          return typeof name === 'string' ? { type: 'user', id: name } : undefined;
        },
      }),
    }),
  ],
  controllers: [NotesController],
})
export class AppModule {}
