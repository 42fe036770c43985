// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.replicas.ReplicatedResult.Replica;
import io.flagstone.bench.replicas.ReplicatedResult.Stay;
import io.flagstone.tools.console.Json;

/** Renders the report of a replicated replay as JSON. */
final class ReplicatedJson {
    private static final Gson GSON = new Gson();

    private ReplicatedJson() {}

    static String render(Setup setup, ReplicatedResult result, Origin origin) {
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        root.addProperty("input", setup.input());
        root.add("settings", setup.json(result.configuration()));
        root.addProperty("seed", result.seed());
        root.addProperty("trades", result.trades());
        root.addProperty("tradesPerSecond", result.tradesPerSecond());
        root.addProperty("wallNs", result.wallNs());
        root.addProperty("verified", result.verified());
        root.addProperty("differences", result.findings().total());
        final JsonObject byKind = new JsonObject();
        result.findings().counts().forEach((kind, n) -> byKind.addProperty(kind.title(), n));
        root.add("differencesByKind", byKind);
        root.add("firstDifferences", GSON.toJsonTree(result.findings().described()));
        root.add("killedReplica", GSON.toJsonTree(result.killedReplica()));
        root.add("promotion", GSON.toJsonTree(result.promotion()));
        root.addProperty("digest", ReplicatedResult.show(result.digest()));
        root.addProperty("entries", result.entries());
        root.addProperty("changes", result.changes());
        final JsonArray replicas = new JsonArray();
        result.replicas().forEach(replica -> replicas.add(replica(replica)));
        root.add("replicas", replicas);
        return Json.render(root);
    }

    private static JsonElement replica(Replica replica) {
        final JsonObject json = new JsonObject();
        json.addProperty("id", replica.id());
        json.addProperty("promoted", replica.promoted());
        json.addProperty("digest", ReplicatedResult.show(replica.digest()));
        json.addProperty("entries", replica.entries());
        json.addProperty("ownEvictions", replica.ownEvictions());
        json.addProperty("gaps", replica.gaps());
        final JsonArray lags = new JsonArray();
        for (final Stay stay : replica.stays()) {
            final JsonObject lag = GSON.toJsonTree(stay.lag()).getAsJsonObject();
            lag.addProperty("primary", stay.primary());
            lag.addProperty("until", stay.end());
            lag.addProperty("joinedNs", stay.joinedNs());
            lags.add(lag);
        }
        json.add("lags", lags);
        return json;
    }
}
