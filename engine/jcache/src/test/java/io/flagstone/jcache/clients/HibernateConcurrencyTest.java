// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.jcache.clients.HibernateEntities.Account;
import io.flagstone.jcache.clients.HibernateEntities.Booking;
import io.flagstone.jcache.clients.HibernateEntities.Instrument;
import io.flagstone.testing.TestSupport;
import jakarta.persistence.OptimisticLockException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToLongFunction;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests Hibernate's second-level cache over JCache with eight threads that write and read the same
 * entities.
 */
@Tag("any-jdk")
@Timeout(120)
class HibernateConcurrencyTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = 60;
    private static final int ENTITIES = 6;
    private static final int ATTEMPTS = 1_000;

    private HibernateRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new HibernateRig();
    }

    @AfterEach
    void auditAndClose() throws Exception {
        rig.close();
    }

    /** Commits a change and returns its result. Retries if another thread committed first. */
    private long retry(ToLongFunction<Session> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return rig.inTransaction(change::applyAsLong);
            } catch (final OptimisticLockException e) {
                // Another thread has committed. A later attempt must see its write.
                continue;
            }
        }
        throw new AssertionError("rejected " + ATTEMPTS + " times, as if each read was stale");
    }

    private void storeAccounts() {
        rig.transact(
                session -> {
                    for (int i = 0; i < ENTITIES; i++) {
                        session.persist(new Account(i, "owner " + i));
                    }
                });
    }

    /** All threads add to all accounts, in transactions that read through the cache. */
    @Test
    void sumsAreRight() throws Exception {
        storeAccounts();
        final AtomicLongArray expected = new AtomicLongArray(ENTITIES);
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    final Random random = new Random(TestSupport.seed() + thread);
                    for (int round = 0; round < ROUNDS; round++) {
                        final int id = random.nextInt(ENTITIES);
                        final int amount = 1 + random.nextInt(9);
                        retry(session -> add(session, id, amount));
                        expected.addAndGet(id, amount);
                    }
                    return null;
                });
        assertSums(expected, THREADS * ROUNDS);
    }

    /**
     * A session that begins after a commit reads that commit's version or a later one, as
     * READ_WRITE promises. Each thread writes its own account and reads all, because Hibernate 6
     * itself may cache an older version if two threads lock one entry at the same time.
     */
    @Test
    void noReadIsStale() throws Exception {
        storeAccounts();
        final AtomicLongArray committed = new AtomicLongArray(ENTITIES);
        final AtomicLongArray expected = new AtomicLongArray(ENTITIES);
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        if (thread < ENTITIES) {
                            final int amount = round % 9 + 1;
                            committed.set(
                                    thread,
                                    rig.<Long>inTransaction(
                                            session -> add(session, thread, amount)));
                            expected.addAndGet(thread, amount);
                        }
                        for (int i = 0; i < ENTITIES; i++) {
                            assertNotStale(i, committed);
                        }
                    }
                    return null;
                });
        assertSums(expected, ENTITIES * ROUNDS);
        assertThat(rig.region("accounts").getHitCount())
                .as("most reads")
                .isGreaterThan((long) THREADS * ROUNDS * ENTITIES / 2);
    }

    private static long add(Session session, long id, int amount) {
        final Account account = session.find(Account.class, id);
        account.sum += amount;
        session.flush();
        return account.version;
    }

    private void assertNotStale(long id, AtomicLongArray committed) {
        final long least = committed.get((int) id);
        final Account read = rig.inTransaction(session -> session.find(Account.class, id));
        assertThat((long) read.version)
                .as("the version of account " + id)
                .isGreaterThanOrEqualTo(least);
    }

    /** Asserts the sum of each account in the database and in the cache. */
    private void assertSums(AtomicLongArray expected, long commits) {
        assertThat(rig.region("accounts").getHitCount()).isPositive();
        long versions = 0;
        for (int i = 0; i < ENTITIES; i++) {
            final long id = i;
            assertThat(rig.query("select sum from Account where id = ?", id))
                    .as("account " + i)
                    .isEqualTo(expected.get(i));
            versions += rig.query("select version from Account where id = ?", id);
            final Account read = rig.inTransaction(session -> session.find(Account.class, id));
            assertThat(read.sum).as("account " + i).isEqualTo(expected.get(i));
            final Account cached = rig.withoutDatabase(session -> session.find(Account.class, id));
            assertThat(cached.sum).as("cached account " + i).isEqualTo(expected.get(i));
        }
        assertThat(versions).as("one version for each commit").isEqualTo(commits);
    }

    /**
     * NONSTRICT_READ_WRITE allows a stale read for a while, but no lost update: the database
     * rejects an update that is based on a stale read.
     */
    @Test
    void nonstrictSumsAreRight() throws Exception {
        rig.transact(
                session -> {
                    for (int i = 0; i < ENTITIES; i++) {
                        session.persist(new Instrument("instrument " + i, 0));
                    }
                });
        final AtomicInteger rejected = new AtomicInteger();
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    final Random random = new Random(TestSupport.seed() + thread);
                    for (int round = 0; round < ROUNDS; round++) {
                        final String symbol = "instrument " + random.nextInt(ENTITIES);
                        while (!raised(symbol)) {
                            assertThat(rejected.incrementAndGet()).isLessThan(THREADS * ATTEMPTS);
                            // The program must evict a stale entity itself.
                            rig.factory().getCache().evict(Instrument.class, symbol);
                        }
                    }
                    return null;
                });
        long total = 0;
        for (int i = 0; i < ENTITIES; i++) {
            total += rig.query("select price from Instrument where symbol = ?", "instrument " + i);
        }
        assertThat(total).isEqualTo(THREADS * ROUNDS);
        assertThat(rig.region("instruments").getHitCount()).isPositive();
        rig.factory().getCache().evictRegion("instruments");
        final long read =
                rig.inTransaction(
                        session ->
                                session.createQuery(
                                                "select sum(i.price) from Instrument i", Long.class)
                                        .getSingleResult());
        assertThat(read).isEqualTo(total);
    }

    private boolean raised(String symbol) {
        try {
            rig.transact(session -> session.find(Instrument.class, symbol).price++);
            return true;
        } catch (final OptimisticLockException e) {
            return false;
        }
    }

    /** Threads append to one collection, and each finds all elements that it has committed. */
    @Test
    void aCollectionLosesNoElement() throws Exception {
        rig.transact(session -> session.persist(new Account(1, "Ada")));
        final AtomicLong ids = new AtomicLong();
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    for (int round = 1; round <= ROUNDS / 4; round++) {
                        final long id = ids.incrementAndGet();
                        retry(session -> book(session, id, thread));
                        final int own = round;
                        rig.transact(
                                session ->
                                        assertThat(session.find(Account.class, 1L).bookings)
                                                .filteredOn(booking -> booking.amount == thread)
                                                .hasSize(own));
                    }
                    return null;
                });
        final List<Long> found =
                rig.inTransaction(
                        session ->
                                session.find(Account.class, 1L).bookings.stream()
                                        .map(booking -> booking.id)
                                        .toList());
        assertThat(found).hasSize(THREADS * (ROUNDS / 4)).doesNotHaveDuplicates();
        // Hibernate keeps a collection locked for a while after an update was rejected.
        rig.factory().getCache().evictRegion("account-bookings");
        for (int i = 0; i < 2; i++) {
            final int read =
                    i == 0
                            ? rig.withDatabase(HibernateConcurrencyTest::bookings)
                            : rig.withoutDatabase(HibernateConcurrencyTest::bookings);
            assertThat(read).isEqualTo(found.size());
        }
        assertThat(rig.region("account-bookings").getHitCount()).isPositive();
    }

    private static int bookings(Session session) {
        return session.find(Account.class, 1L).bookings.size();
    }

    private static long book(Session session, long id, long amount) {
        final Account account = session.find(Account.class, 1L);
        final Booking booking = new Booking(id, amount);
        session.persist(booking);
        account.bookings.add(booking);
        return id;
    }

    /** A query that begins after a commit sees it, even if its result was cached before. */
    @Test
    void aQueryIsNotStale() throws Exception {
        rig.transact(session -> session.persist(new Account(1, "Ada")));
        final AtomicLong committed = new AtomicLong();
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    for (int round = 0; round < ROUNDS / 2; round++) {
                        if (thread % 4 == 0) {
                            final long version = retry(session -> add(session, 1, 1));
                            committed.accumulateAndGet(version, Math::max);
                        }
                        final long least = committed.get();
                        assertThat(rig.inTransaction(HibernateConcurrencyTest::queriedSum))
                                .isGreaterThanOrEqualTo(least);
                    }
                    return null;
                });
        assertThat(committed.get()).isEqualTo(2L * (ROUNDS / 2));
        assertThat(rig.inTransaction(HibernateConcurrencyTest::queriedSum))
                .isEqualTo(committed.get());
        assertThat(rig.statistics().getQueryCacheHitCount()).isPositive();
    }

    private static long queriedSum(Session session) {
        return session.createQuery("select a.sum from Account a where a.id = 1", Long.class)
                .setCacheable(true)
                .getSingleResult();
    }
}
