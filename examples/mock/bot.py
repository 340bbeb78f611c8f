"""A bot in fifty words: it recalls, answers, saves. It reads its settings from the environment, as in production."""

import asyncio

from memoair_voice import MemoAirVoiceAgent

ANN = {"id": "ann", "name": "Ann"}


async def main():
    agent = MemoAirVoiceAgent.from_env()
    client = agent.client(user_id=ANN["id"])
    try:
        heard = "Where are my boots?"
        memory = await client.search_memory(heard, user=ANN)
        print(memory.contextText)
        reply = "They are on their way to you."
        await client.save_response(user_text=heard, assistant_text=reply, user=ANN)
    finally:
        await client.aclose()


asyncio.run(main())
