/** How a client connects: what to paste where. */
export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** What common clients need to use a broker. The password comes from BROKER_PASSWORD, nobody but its owner has it. */
export function snippetsFor(
  engine: string,
  endpoint: string,
  username: string,
  dashboard: string | null,
): readonly Snippet[] {
  const { hostname, port } = new URL(endpoint);
  return engine === 'mosquitto'
    ? mqttSnippets(hostname, port, username)
    : amqpSnippets(hostname, port, username, dashboard);
}

const amqpSnippets = (
  host: string,
  port: string,
  user: string,
  dashboard: string | null,
): readonly Snippet[] => [
  {
    name: 'Python',
    text: `import os, pika

connection = pika.BlockingConnection(pika.ConnectionParameters(
    "${host}", ${port},
    credentials=pika.PlainCredentials("${user}", os.environ["BROKER_PASSWORD"])))
channel = connection.channel()
channel.queue_declare("hello", durable=True)
channel.basic_publish("", "hello", b"Hello")`,
  },
  {
    name: 'Node.js',
    text: `import { connect } from 'amqplib';

const connection = await connect({
  hostname: '${host}', port: ${port},
  username: '${user}', password: process.env.BROKER_PASSWORD,
});
const channel = await connection.createConfirmChannel();
await channel.assertQueue('hello', { durable: true });
channel.sendToQueue('hello', Buffer.from('Hello'));
await channel.waitForConfirms();`,
  },
  {
    name: 'Spring',
    text: `spring.rabbitmq.host=${host}
spring.rabbitmq.port=${port}
spring.rabbitmq.username=${user}
spring.rabbitmq.password=\${BROKER_PASSWORD}`,
  },
  {
    name: 'Go',
    text: `conn, err := amqp.DialConfig("amqp://${host}:${port}/", amqp.Config{
	SASL: []amqp.Authentication{&amqp.PlainAuth{
		Username: "${user}", Password: os.Getenv("BROKER_PASSWORD"),
	}},
})`,
  },
  ...(dashboard === null
    ? []
    : [
        {
          name: 'curl',
          text: `curl -u "${user}:$BROKER_PASSWORD" ${new URL('api/overview', dashboard).toString()}`,
        },
      ]),
];

const mqttSnippets = (host: string, port: string, user: string): readonly Snippet[] => [
  {
    name: 'Shell',
    text: `mosquitto_sub -h ${host} -p ${port} -u ${user} -P "$BROKER_PASSWORD" -t 'hello/#' -v &
mosquitto_pub -h ${host} -p ${port} -u ${user} -P "$BROKER_PASSWORD" -t hello/world -m Hello`,
  },
  {
    name: 'Python',
    text: `import os, paho.mqtt.client as mqtt

client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.username_pw_set("${user}", os.environ["BROKER_PASSWORD"])
client.on_message = lambda client, data, message: print(message.topic, message.payload)
client.connect("${host}", ${port})
client.subscribe("hello/#", qos=1)
client.loop_forever()`,
  },
  {
    name: 'Node.js',
    text: `import mqtt from 'mqtt';

const client = await mqtt.connectAsync({
  host: '${host}', port: ${port},
  username: '${user}', password: process.env.BROKER_PASSWORD,
});
client.on('message', (topic, payload) => console.log(topic, payload.toString()));
await client.subscribeAsync('hello/#', { qos: 1 });`,
  },
  {
    name: 'Arduino',
    text: `PubSubClient client(network);
client.setServer("${host}", ${port});
client.connect("my-device", "${user}", BROKER_PASSWORD);
client.publish("hello/world", "Hello");`,
  },
];
