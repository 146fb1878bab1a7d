// SMTP: a server that speaks as much of it as a client needs to be refused.
import { listen, SILENCE_FAULT, TCP_FAULTS, GARBAGE_FAULT } from '../support/tcp.js';

/** Answers every command well, but for the one that is to be refused. */
const dialog = (refused, answer) => () =>
  listen((socket) => {
    socket.setEncoding('latin1');
    const say = (line) => socket.write(`${line}\r\n`);
    if (refused === 'greeting') return say(answer);
    say('220 measured ESMTP');
    let isData = false;
    let buffered = '';
    socket.on('data', (chunk) => {
      buffered += chunk;
      for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        if (isData && line !== '.') continue;
        const command = isData ? 'CONTENT' : (line.split(/[ :]/)[0] ?? '').toUpperCase();
        if (command === refused) {
          if (answer === 'close') return void socket.end();
          if (answer === 'silence') return;
          say(answer);
        } else if (command === 'EHLO') say('250-measured\r\n250 AUTH PLAIN LOGIN');
        else if (command === 'DATA') say('354 Go on');
        else if (command === 'AUTH') say('235 Well');
        else if (command === 'QUIT') socket.end('221 Bye\r\n');
        else say('250 Well');
        isData = command === 'DATA' && command !== refused;
      }
    });
  });

const refused = (command, answer, kind, rest) => ({
  id: `${command}: ${answer}`,
  kind,
  start: dialog(command, answer),
  ...rest,
});

export const smtp = {
  name: 'smtp',
  title: 'SMTP',
  setups: [
    {
      name: 'nodemailer',
      package: 'nodemailer',
      faults: [
        ...TCP_FAULTS,
        { ...GARBAGE_FAULT, kind: 'network' },
        SILENCE_FAULT,
        refused('greeting', '421 Too busy', 'server'),
        refused('greeting', '554 No service', 'rejected'),
        refused('AUTH', '535 Wrong password', 'rejected'),
        refused('AUTH', '454 Not now', 'server'),
        refused('MAIL', '421 Closing', 'server'),
        refused('MAIL', '451 Trouble', 'server'),
        refused('MAIL', '452 No space', 'server'),
        refused('MAIL', '530 No entry', 'rejected'),
        refused('RCPT', '450 Mailbox busy', 'server'),
        refused('RCPT', '550 No such mailbox', 'rejected'),
        refused('RCPT', '552 Too much', 'rejected'),
        refused('DATA', '451 Trouble', 'server'),
        refused('DATA', '554 Refused', 'rejected'),
        refused('CONTENT', '451 Trouble', 'server'),
        refused('CONTENT', '552 Too large', 'rejected'),
        refused('CONTENT', '554 Refused', 'rejected'),
        { id: 'closed after MAIL', kind: 'network', start: dialog('MAIL', 'close') },
        { id: 'closed after DATA', kind: 'network', start: dialog('DATA', 'close') },
        {
          id: "silence after MAIL, the client's timeout",
          kind: 'timeout',
          by: 'client',
          start: dialog('MAIL', 'silence'),
        },
        {
          id: 'TLS spoken to a plain port',
          kind: 'misconfigured',
          isTls: true,
          secure: true,
          start: dialog('EHLO', '250 Well'),
        },
        {
          id: 'TLS is asked for and not offered',
          kind: 'misconfigured',
          isTls: true,
          requireTLS: true,
          start: dialog('STARTTLS', '502 Unknown'),
        },
      ],
      call: async ({ host, port, timeout, fault }) => {
        const { default: nodemailer } = await import('nodemailer');
        const limits = timeout && { connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout };
        const transport = nodemailer.createTransport({
          host,
          port,
          secure: fault.secure ?? false,
          requireTLS: fault.requireTLS ?? false,
          ignoreTLS: !fault.requireTLS,
          auth: { user: 'user', pass: 'pass' },
          ...limits,
        });
        return transport.sendMail({ from: 'a@example.org', to: 'b@example.org', subject: 'Subject', text: 'Text.' });
      },
    },
  ],
};
