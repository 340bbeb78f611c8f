"""Plays a list of steps with the official SDK: a line of JSON on standard input, a line with what came of each step on
standard output. It stays until standard input ends, so that what it left running can be counted.

The other player of the same steps is `ours.rs`. What both say is compared by `comparing`.
"""

import asyncio
import dataclasses
import inspect
import json
import os
import sys

import memoair_vapi
import memoair_voice
from memoair_vapi import MemoAirVapiSearch
from memoair_voice import (
    MemoAirVoiceAgent,
    MemoAirVoiceClient,
    MemoAirVoiceMemory,
    MemoAirVoiceMemoryError,
    MemoAirVoiceMemorySync,
    RuntimeBinaryResolver,
    RuntimePool,
)


# For searches whose time is not what is looked at: machines are busy.
PATIENCE_MS = 10_000


class Player:
    """The methods named `do_…` are the steps."""

    def __init__(self, settings):
        self.settings = settings
        self.client = None
        self.sessions = {}
        self.memories = {}

    # ---- the client

    def build(self):
        """The client of this list of steps, built when it is first needed, so that a failure is the step's."""
        if self.client is None:
            given = self.settings
            options = {
                "runtime_binary": given["binary"],
                "runtime_port_range": tuple(given["ports"]),
                "max_concurrent_users": given["max_concurrent_users"],
                "storage_root": given["storage_root"],
            }
            if given["made_by"] == "agent":
                self.client = MemoAirVoiceAgent.from_env().client(runtime_url="ignored", session_id="ignored", **options)
            else:
                if given["user_id"] is not None:
                    options["user_id"] = given["user_id"]
                self.client = MemoAirVoiceClient(
                    api_key=given["api_key"],
                    project_id=given["project_id"],
                    agent_id=given["agent_id"],
                    cloud_base_url=given["base_url"],
                    org_only=given["org_only"],
                    **options,
                )
        return self.client

    async def do_search(self, query, **how):
        return memory(await self.build().search_memory(query, **{"timeout_ms": PATIENCE_MS, **how}))

    async def do_save(self, **turn):
        return await self.build().save_response(**turn)

    async def do_enter(self, key, **whose):
        session = await self.build().session(**whose)
        self.sessions[key] = session
        await session.__aenter__()

    async def do_session_search(self, key, query, **how):
        return memory(await self.sessions[key].search_memory(query, **{"timeout_ms": PATIENCE_MS, **how}))

    async def do_session_save(self, key, **turn):
        return await self.sessions[key].save_response(**turn)

    async def do_leave(self, key):
        await self.sessions.pop(key).__aexit__(None, None, None)

    async def do_create_index(self, index, documents, copies=1, repeat=1, **more):
        if repeat > 1:
            documents = [{**document, "text": document["text"] * repeat} for document in documents]
        return dataclasses.asdict(await self.build().create_index(index, documents * copies, **more))

    async def do_list_indexes(self):
        return await self.build().list_indexes()

    async def do_close(self):
        await self.build().aclose()

    async def do_reopen(self):
        """Another client, as after a restart of the bot."""
        await self.build().aclose()
        self.client = None

    async def do_identity(self):
        client = self.build()
        return [client.project_id, client.agent_id, client.user_id]

    async def do_kill(self):
        """The runtimes die."""
        for handle in self.build()._pool._handles.values():
            handle.process.kill()
            handle.process.wait()

    async def do_give_up(self, query, after_ms, **whose):
        """Whoever asked does not wait for the answer."""
        await asyncio.wait_for(self.build().search_memory(query, **whose), after_ms / 1000)

    # ---- the agent

    async def do_agent_headers(self):
        return MemoAirVoiceAgent.from_env().headers()

    async def do_agent_words(self):
        return repr(MemoAirVoiceAgent.from_env()).replace(self.settings["base_url"], "CLOUD")

    async def do_agent_without(self, variables):
        kept = {name: os.environ.pop(name) for name in variables}
        try:
            MemoAirVoiceAgent.from_env()
        finally:
            os.environ.update(kept)

    # ---- the pool itself

    async def do_pool(self, user_id):
        given = self.settings
        pool = RuntimePool(
            api_key=given["api_key"],
            project_id=given["project_id"],
            agent_id=given["agent_id"],
            cloud_base_url=given["base_url"],
            runtime_binary=given["binary"],
            runtime_port_range=tuple(given["ports"]),
        )
        try:
            handle = await pool.acquire(user_id=user_id)
            urls = pool.live_runtime_urls()
            pool.release(handle)
            return [handle.user_id, list(urls) == [handle.runtime_url]]
        finally:
            await pool.aclose()

    async def do_resolver(self):
        resolver = RuntimeBinaryResolver(binary=self.settings["binary"])
        return [str(resolver.resolve()) == self.settings["binary"], "linux" in memoair_voice.runtime_target()]

    # ---- one runtime, one session: MemoAirVoiceMemory and its sync twin

    def memory(self, key, **other):
        if key not in self.memories:
            given = self.settings
            kind = MemoAirVoiceMemorySync if given["made_by"] == "memory_sync" else MemoAirVoiceMemory
            options = {
                "project_id": given["project_id"],
                "user_id": given["user_id"] or "",
                "agent_id": given["agent_id"],
                "api_key": given["api_key"],
                "runtime_url": f"http://127.0.0.1:{given['ports'][0]}",
                "runtime_binary": given["binary"],
                "cloud_base_url": given["base_url"],
                "storage_root": given["storage_root"],
                "org_only": given["org_only"],
            }
            self.memories[key] = kind(**{**options, **other})
        return self.memories[key]

    async def do_memory_start(self, key="own", metadata=None, **other):
        body = await settled(self.memory(key, **other).start_session(metadata=metadata))
        return {"budgets": body["bootstrap"]["budgets"]}

    async def do_memory_search(self, query, key="own", timeout_ms=PATIENCE_MS, **how):
        tool = self.memory(key).search_memory_tool(search_memory_timeout_ms=timeout_ms)
        text = await settled(tool(query, **how))
        return {"contextText": text, "lanesUsed": tool.last_trace["lanesUsed"]}

    async def do_memory_save(self, key="own", **turn):
        return await settled(self.memory(key).after_turn(**turn))

    async def do_memory_end(self, key="own", **reason):
        ended = await settled(self.memory(key).end_session(**reason))
        return ended["status"]

    async def do_memory_close(self, key="own"):
        own = self.memories.pop(key)
        process = own._managed_runtime_process
        await settled(own.close() if isinstance(own, MemoAirVoiceMemorySync) else own.aclose())
        # The SDK only asks it to end.
        if process is not None:
            process.wait()

    async def do_memory_within(self, query, key="own", **how):
        """The same as a context manager."""
        own = self.memory(key)
        if isinstance(own, MemoAirVoiceMemorySync):
            with own:
                text = own.search_memory_tool(search_memory_timeout_ms=PATIENCE_MS)(query, **how)
        else:
            async with own:
                text = await own.search_memory_tool(search_memory_timeout_ms=PATIENCE_MS)(query, **how)
        return {"contextText": text}

    async def do_memory_schema(self):
        own = self.memory("own")
        schema = own.to_openai_function()
        same = schema == own.search_memory_tool().schema()
        return {"same": same, "name": schema["function"]["name"], "required": schema["function"]["parameters"]["required"]}

    async def do_memory_adapter(self, method):
        getattr(self.memory("own"), method)()

    # ---- Vapi

    def vapi(self):
        given = self.settings
        if self.client is None:
            # The adapter lets nobody choose its ports, but its client.
            self.client = MemoAirVapiSearch(
                api_key=given["api_key"],
                project_id=given["project_id"],
                agent_id=given["agent_id"],
                top_k=given["top_k"],
                search_timeout_ms=PATIENCE_MS,
                client=MemoAirVoiceClient(
                    api_key=given["api_key"],
                    project_id=given["project_id"],
                    agent_id=given["agent_id"],
                    cloud_base_url=given["base_url"],
                    org_only=True,
                    runtime_binary=given["binary"],
                    runtime_port_range=tuple(given["ports"]),
                    storage_root=given["storage_root"],
                ),
            )
        return self.client

    async def do_vapi_request(self, payload):
        return await self.vapi().handle_request(payload)

    async def do_vapi_search(self, query):
        return (await self.vapi().search(query)).to_dict()

    async def do_vapi_close(self):
        await self.vapi().aclose()

    async def do_vapi_signature(self, body, header, secret):
        return memoair_vapi.verify_vapi_signature(body.encode(), header, secret)


async def settled(value):
    """What a method of either twin gives."""
    return await value if inspect.isawaitable(value) else value


def memory(result):
    return dataclasses.asdict(result)


async def outcome(player, step):
    try:
        return {"ok": await getattr(player, "do_" + step["do"])(**step["arguments"])}
    except MemoAirVoiceMemoryError as error:
        return {"error": {"code": error.code, "status": error.status_code, "details": error.details}}
    except Exception as error:  # whatever reaches the SDK's user
        return {"error": {"code": type(error).__name__, "status": None, "details": {}}}


async def play(script):
    player, outcomes = Player(script["settings"]), []
    for step in script["steps"]:
        at_once = [outcome(player, step) for _ in range(step["at_once"])]
        played = await asyncio.gather(*at_once)
        outcomes.append(played[0] if len(played) == 1 else {"each": played})
    return outcomes


CLASSES = [
    MemoAirVoiceClient,
    memoair_voice._client._UserSession,
    MemoAirVoiceMemory,
    MemoAirVoiceMemorySync,
    MemoAirVoiceAgent,
    memoair_voice.MemoryTool,
    memoair_voice.MemoryToolSync,
    RuntimePool,
    RuntimeBinaryResolver,
    MemoAirVapiSearch,
]
FUNCTIONS = [memoair_vapi.verify_vapi_signature, memoair_vapi.extract_query, memoair_vapi.message_type]
FUNCTIONS += [memoair_vapi.documents_from_search_result, memoair_voice.runtime_target]


def public():
    """Everything the SDK's user can call, by the code behind it."""
    found = {function.__code__: function.__name__ for function in FUNCTIONS}
    for kind in CLASSES:
        for name, member in vars(kind).items():
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(function) and (not name.startswith("_") or name.endswith("__")):
                found[function.__code__] = f"{kind.__name__}.{name}"
    return found


def main():
    script, known, called = json.loads(sys.stdin.readline()), public(), set()

    def notice(frame, event, _):
        if event == "call" and frame.f_code in known:
            called.add(known[frame.f_code])

    sys.setprofile(notice)
    outcomes = asyncio.run(play(script))
    sys.setprofile(None)
    print(json.dumps({"outcomes": outcomes, "called": sorted(called), "public": sorted(known.values())}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
