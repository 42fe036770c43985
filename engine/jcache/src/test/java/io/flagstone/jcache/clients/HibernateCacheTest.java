// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.jcache.FlagstoneConfiguration;
import io.flagstone.jcache.clients.HibernateEntities.Account;
import io.flagstone.jcache.clients.HibernateEntities.Booking;
import io.flagstone.jcache.clients.HibernateEntities.Counterparty;
import io.flagstone.jcache.clients.HibernateEntities.Instrument;
import io.flagstone.jcache.clients.HibernateEntities.Position;
import io.flagstone.jcache.clients.HibernateEntities.PositionId;
import io.flagstone.jcache.clients.HibernateEntities.Rate;
import io.flagstone.jcache.clients.HibernateEntities.RateId;
import io.flagstone.jcache.clients.HibernateEntities.Trade;
import io.flagstone.jcache.clients.HibernateEntities.TradeId;
import jakarta.persistence.LockModeType;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests Hibernate's second-level cache over JCache in one thread. A cached read sends no statement
 * to the database and returns the last committed value.
 */
@Tag("any-jdk")
@Timeout(120)
class HibernateCacheTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 30);

    private HibernateRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new HibernateRig();
    }

    @AfterEach
    void auditAndClose() throws Exception {
        rig.close();
    }

    private static Account account(Session session) {
        return session.find(Account.class, 1L);
    }

    private void store(Object... entities) {
        rig.transact(
                session -> {
                    for (final Object entity : entities) {
                        session.persist(entity);
                    }
                });
    }

    @Test
    void anEntityIsReadFromTheCache() {
        store(new Account(1, "Ada"));
        assertThat(rig.withoutDatabase(HibernateCacheTest::account).owner).isEqualTo("Ada");
        assertThat(rig.region("accounts").getHitCount()).isOne();
        assertThat(rig.region("accounts").getPutCount()).isOne();
        assertThat(rig.engine("accounts").size()).isOne();

        rig.updateWithoutHibernate("update Account set owner = 'Eve' where id = 1");
        assertThat(rig.withoutDatabase(HibernateCacheTest::account).owner).isEqualTo("Ada");
        rig.factory().getCache().evict(Account.class, 1L);
        assertThat(rig.withDatabase(HibernateCacheTest::account).owner).isEqualTo("Eve");
        assertThat(rig.withoutDatabase(HibernateCacheTest::account).owner).isEqualTo("Eve");
    }

    /**
     * READ_WRITE locks an entry before the change of the database and writes it after the commit.
     */
    @Test
    void aChangeIsInTheCacheAfterItsCommit() {
        store(new Account(1, "Ada"));
        for (int i = 1; i <= 50; i++) {
            final int sum = i;
            rig.transact(session -> account(session).sum = sum);
            final Account read = rig.withoutDatabase(HibernateCacheTest::account);
            assertThat(read.sum).isEqualTo(sum);
            assertThat(read.version).isEqualTo(sum);
        }
        assertThat(rig.query("select sum from Account where id = 1")).isEqualTo(50);
    }

    @Test
    void anUncommittedChangeIsNotVisible() {
        store(new Account(1, "Ada"));
        try (Session session = rig.factory().openSession()) {
            session.beginTransaction();
            account(session).owner = "Eve";
            session.flush();
            // The entry is locked now, so other sessions read the database.
            assertThat(rig.withDatabase(HibernateCacheTest::account).owner).isEqualTo("Ada");
            session.getTransaction().rollback();
        }
        assertThat(rig.inTransaction(HibernateCacheTest::account).owner).isEqualTo("Ada");
        rig.transact(session -> account(session).owner = "Bob");
        assertThat(rig.inTransaction(HibernateCacheTest::account).owner).isEqualTo("Bob");
        assertThat(rig.withoutDatabase(HibernateCacheTest::account).owner).isEqualTo("Bob");
    }

    @Test
    void aRemovedEntityIsGone() {
        store(new Account(1, "Ada"), new Instrument("BTC/USD", 100));
        rig.transact(
                session -> {
                    session.remove(account(session));
                    session.remove(session.find(Instrument.class, "BTC/USD"));
                });
        assertThat((Object) rig.inTransaction(HibernateCacheTest::account)).isNull();
        assertThat((Object) rig.inTransaction(session -> session.find(Instrument.class, "BTC/USD")))
                .isNull();
        store(new Account(1, "Bob"));
        assertThat(rig.inTransaction(HibernateCacheTest::account).owner).isEqualTo("Bob");
    }

    @Test
    void aStaleVersionIsRejected() {
        store(new Account(1, "Ada"));
        final Account stale = rig.withoutDatabase(HibernateCacheTest::account);
        rig.transact(session -> account(session).sum = 1);
        stale.sum = 100;
        assertThatThrownBy(() -> rig.transact(session -> session.merge(stale)))
                .isInstanceOf(jakarta.persistence.OptimisticLockException.class);
        assertThat(rig.inTransaction(HibernateCacheTest::account).sum).isOne();
    }

    @Test
    void aCollectionOfEntitiesFollowsItsChanges() {
        final Account account = new Account(1, "Ada");
        account.bookings.addAll(List.of(new Booking(1, 10), new Booking(2, 20)));
        account.bookings.forEach(this::store);
        store(account);
        assertThat(rig.withDatabase(HibernateCacheTest::total)).isEqualTo(30);
        assertThat(rig.withoutDatabase(HibernateCacheTest::total)).isEqualTo(30);
        assertThat(rig.region("account-bookings").getHitCount()).isOne();

        rig.transact(
                session -> {
                    final Booking added = new Booking(3, 300);
                    account(session).bookings.add(added);
                    session.persist(added);
                });
        assertThat(rig.inTransaction(HibernateCacheTest::total)).isEqualTo(330);
        assertThat(rig.withoutDatabase(HibernateCacheTest::total)).isEqualTo(330);
        rig.transact(session -> session.find(Booking.class, 3L).amount = 400);
        assertThat(rig.withoutDatabase(HibernateCacheTest::total)).isEqualTo(430);
        rig.transact(
                session -> {
                    final Booking removed = session.find(Booking.class, 1L);
                    account(session).bookings.remove(removed);
                    session.remove(removed);
                });
        assertThat(rig.inTransaction(HibernateCacheTest::total)).isEqualTo(420);
        assertThat(rig.withoutDatabase(HibernateCacheTest::total)).isEqualTo(420);
    }

    private static long total(Session session) {
        return account(session).bookings.stream().mapToLong(booking -> booking.amount).sum();
    }

    @Test
    void nonstrictEntitiesAndCollectionsAreReadFromTheCacheAndFollowChanges() {
        final Instrument stored = new Instrument("BTC/USD", 100);
        stored.tags.addAll(Set.of("crypto", "spot"));
        stored.names.putAll(Map.of("en", "Bitcoin", "ja", "\u30d3\u30c3\u30c8\u30b3\u30a4\u30f3"));
        store(stored);
        // This strategy caches entities that are read, not those that are written.
        assertThat(rig.withDatabase(HibernateCacheTest::instrument).price).isEqualTo(100);
        for (int price = 101; price < 120; price++) {
            final Instrument cached = rig.withoutDatabase(HibernateCacheTest::instrument);
            assertThat(cached.price).isEqualTo(price - 1);
            assertThat(cached.tags).hasSize(price - 99).contains("crypto", "spot");
            assertThat(cached.names).containsEntry("en", "Bitcoin").hasSize(2);

            final int next = price;
            rig.transact(
                    session -> {
                        final Instrument changed = session.find(Instrument.class, "BTC/USD");
                        changed.price = next;
                        changed.tags.add("tag " + next);
                        changed.names.put("ja", "name " + next);
                    });
            assertThat(rig.withDatabase(HibernateCacheTest::instrument).names)
                    .containsEntry("ja", "name " + next);
        }
        assertThat(rig.region("instruments").getHitCount()).isGreaterThanOrEqualTo(19);
        assertThat(rig.region("instrument-tags").getHitCount()).isGreaterThanOrEqualTo(19);
        assertThat(rig.region("instrument-names").getHitCount()).isGreaterThanOrEqualTo(19);
    }

    private static Instrument instrument(Session session) {
        final Instrument instrument = session.find(Instrument.class, "BTC/USD");
        Hibernate.initialize(instrument.tags);
        Hibernate.initialize(instrument.names);
        return instrument;
    }

    /** Each lookup creates a new key of equal parts. */
    @Test
    void embeddedIdsAreFoundByEqualKeys() {
        for (int i = 0; i < 50; i++) {
            store(new Position(positionId(i), i));
        }
        for (int i = 0; i < 50; i++) {
            final int number = i;
            assertThat(rig.withoutDatabase(session -> position(session, number)).quantity)
                    .isEqualTo(i);
        }
        assertThat(rig.region("positions").getHitCount()).isEqualTo(50);
        rig.transact(session -> position(session, 7).quantity = 700);
        assertThat(rig.withoutDatabase(session -> position(session, 7)).quantity).isEqualTo(700);
        assertThat(rig.withoutDatabase(session -> position(session, 8)).quantity).isEqualTo(8);
        rig.transact(session -> session.remove(position(session, 7)));
        assertThat((Object) rig.inTransaction(session -> position(session, 7))).isNull();
    }

    private static PositionId positionId(int number) {
        return new PositionId("owner " + number % 5, LocalDate.ofEpochDay(20_000 + number / 5));
    }

    private static Position position(Session session, int number) {
        return session.find(Position.class, positionId(number));
    }

    /** A key that holds one object twice matches a key of two equal objects. */
    @Test
    void idsMatchWhetherOrNotTheyShareParts() {
        store(new Rate(new RateId(DAY, DAY), 1));
        final RateId equal = new RateId(DAY, LocalDate.of(2026, 11, 30));
        assertThat(rig.inTransaction(session -> session.find(Rate.class, equal)).percent).isOne();
        rig.transact(session -> session.find(Rate.class, new RateId(DAY, DAY)).percent = 2);
        assertThat(rig.inTransaction(session -> session.find(Rate.class, equal)).percent)
                .as("read with an equal key after a change")
                .isEqualTo(2);
    }

    @Test
    void idClassesAreFoundByEqualKeys() {
        for (int i = 0; i < 50; i++) {
            store(new Trade("venue " + i % 5, i / 5, i));
        }
        for (int i = 0; i < 50; i++) {
            final int number = i;
            rig.withDatabase(session -> trade(session, number));
            assertThat(rig.withoutDatabase(session -> trade(session, number)).price).isEqualTo(i);
        }
        assertThat(rig.region("trades").getHitCount()).isEqualTo(50);
        rig.transact(session -> trade(session, 7).price = 700);
        assertThat(rig.withDatabase(session -> trade(session, 7)).price).isEqualTo(700);
        assertThat(rig.withoutDatabase(session -> trade(session, 7)).price).isEqualTo(700);
        assertThat(rig.withoutDatabase(session -> trade(session, 8)).price).isEqualTo(8);
    }

    private static Trade trade(Session session, int number) {
        return session.find(Trade.class, new TradeId("venue " + number % 5, number / 5));
    }

    @Test
    void naturalIdsAreResolvedFromTheCache() {
        store(new Counterparty(1, "DE", "X1", "one"), new Counterparty(2, "FR", "X1", "two"));
        assertThat(rig.withoutDatabase(session -> counterparty(session, "DE", "X1")).name)
                .isEqualTo("one");
        assertThat(rig.withoutDatabase(session -> counterparty(session, "FR", "X1")).name)
                .isEqualTo("two");
        assertThat(rig.statistics().getNaturalIdCacheHitCount()).isEqualTo(2);

        rig.transact(session -> counterparty(session, "DE", "X1").code = "X2");
        assertThat((Object) rig.inTransaction(session -> counterparty(session, "DE", "X1")))
                .isNull();
        assertThat(rig.inTransaction(session -> counterparty(session, "DE", "X2")).id).isOne();
        assertThat(rig.withoutDatabase(session -> counterparty(session, "DE", "X2")).id).isOne();
        store(new Counterparty(3, "DE", "X1", "three"));
        assertThat(rig.inTransaction(session -> counterparty(session, "DE", "X1")).id).isEqualTo(3);
    }

    private static Counterparty counterparty(Session session, String country, String code) {
        return session.byNaturalId(Counterparty.class)
                .using("country", country)
                .using("code", code)
                .load();
    }

    /**
     * The statement, parameters and limits are the key. Any write to the table ends the results.
     */
    @Test
    void queryResultsAreReadFromTheCacheUntilATableChanges() {
        for (int i = 0; i < 20; i++) {
            final Account account = new Account(i, i % 2 == 0 ? "Ada" : "Bob");
            account.sum = i;
            store(account);
        }
        assertThat(queriedSums("Ada", 5, 100)).hasSize(7);
        assertThat(queriedSums("Bob", 5, 100)).hasSize(8);
        assertThat(queriedSums("Ada", 6, 100)).hasSize(7);
        assertThat(queriedSums("Ada", 5, 3)).hasSize(3);

        assertThat(cachedSums("Ada", 5, 100)).containsExactly(6L, 8L, 10L, 12L, 14L, 16L, 18L);
        assertThat(cachedSums("Bob", 5, 100)).containsExactly(5L, 7L, 9L, 11L, 13L, 15L, 17L, 19L);
        assertThat(cachedSums("Ada", 6, 100)).hasSize(7);
        assertThat(cachedSums("Ada", 5, 3)).containsExactly(6L, 8L, 10L);
        assertThat(rig.statistics().getQueryCacheHitCount()).isEqualTo(4);

        rig.transact(session -> session.find(Account.class, 8L).sum = 1_000);
        assertThat(queriedSums("Ada", 5, 100)).containsExactly(6L, 10L, 12L, 14L, 16L, 18L, 1_000L);
        assertThat(cachedSums("Ada", 5, 100)).containsExactly(6L, 10L, 12L, 14L, 16L, 18L, 1_000L);
        rig.transact(
                session ->
                        session.createMutationQuery("delete from Account where owner = 'Ada'")
                                .executeUpdate());
        assertThat(anySums("Ada", 5, 100)).isEmpty();
        assertThat((Object) rig.inTransaction(session -> session.find(Account.class, 8L))).isNull();
        assertThat(anySums("Bob", 5, 100)).hasSize(8);
    }

    private List<Long> queriedSums(String owner, long least, int limit) {
        return rig.withDatabase(session -> sums(session, owner, least, limit));
    }

    private List<Long> cachedSums(String owner, long least, int limit) {
        return rig.withoutDatabase(session -> sums(session, owner, least, limit));
    }

    private List<Long> anySums(String owner, long least, int limit) {
        return rig.inTransaction(session -> sums(session, owner, least, limit));
    }

    private static List<Long> sums(Session session, String owner, long least, int limit) {
        return session.createQuery(
                        "select a.sum from Account a where a.owner = :owner and a.sum >= :least"
                                + " order by a.sum",
                        Long.class)
                .setParameter("owner", owner)
                .setParameter("least", least)
                .setMaxResults(limit)
                .setCacheable(true)
                .list();
    }

    @Test
    void queriesOfEntitiesWithCompositeParametersAreReadFromTheCache() {
        for (int i = 0; i < 10; i++) {
            store(new Position(positionId(i), i));
        }
        for (int round = 0; round < 3; round++) {
            final List<Position> found =
                    round == 0
                            ? rig.withDatabase(HibernateCacheTest::positions)
                            : rig.withoutDatabase(HibernateCacheTest::positions);
            assertThat(found).extracting(position -> position.quantity).containsExactly(3L, 4L);
        }
        assertThat(rig.statistics().getQueryCacheHitCount()).isEqualTo(2);
    }

    private static List<Position> positions(Session session) {
        return session.createQuery(
                        "from Position p where p.id in (:ids) order by p.quantity", Position.class)
                .setParameterList("ids", List.of(positionId(3), positionId(4)))
                .setCacheable(true)
                .list();
    }

    @Test
    void aLockedReadAsksTheDatabase() {
        store(new Account(1, "Ada"));
        rig.updateWithoutHibernate("update Account set owner = 'Eve' where id = 1");
        assertThat(rig.withoutDatabase(HibernateCacheTest::account).owner).isEqualTo("Ada");
        final Account locked =
                rig.withDatabase(
                        session -> session.find(Account.class, 1L, LockModeType.PESSIMISTIC_WRITE));
        assertThat(locked.owner).isEqualTo("Eve");
        assertThat(rig.inTransaction(HibernateCacheTest::account).owner).isEqualTo("Eve");
        rig.transact(session -> account(session).owner = "Bob");
        assertThat(rig.inTransaction(HibernateCacheTest::account).owner).isEqualTo("Bob");
    }

    @Test
    void evictingAllDataEmptiesEveryRegion() {
        store(new Account(1, "Ada"), new Position(new PositionId("Ada", DAY), 1));
        assertThat(rig.engine("accounts").size() + rig.engine("positions").size()).isEqualTo(2);
        rig.factory().getCache().evictAllRegions();
        assertThat(rig.engine("accounts").size() + rig.engine("positions").size()).isZero();
        assertThat(rig.withDatabase(HibernateCacheTest::account).owner).isEqualTo("Ada");
    }

    /** There are more entities than a region can hold. The others are read from the database. */
    @Test
    void aFullRegionEvictsAndNothingIsLost() throws Exception {
        rig.close();
        final int bound = 100;
        // Hibernate uses an existing cache as it is.
        HibernateRig.manager()
                .createCache(
                        "accounts",
                        new FlagstoneConfiguration<Object, Object>()
                                .engine(
                                        () ->
                                                OffHeapCache.builder()
                                                        .memoryBytes(4 << 20)
                                                        .maxEntries(bound)));
        rig = new HibernateRig();
        rig.transact(
                session -> {
                    for (int i = 0; i < 3 * bound; i++) {
                        session.persist(new Account(i, "owner " + i));
                    }
                });
        assertThat(rig.engine("accounts").size()).isLessThanOrEqualTo(bound).isPositive();
        for (long id = 0; id < 3 * bound; id++) {
            final long key = id;
            rig.transact(session -> session.find(Account.class, key).sum = key);
        }
        for (long id = 0; id < 3 * bound; id++) {
            final long key = id;
            final Account read = rig.inTransaction(session -> session.find(Account.class, key));
            assertThat(read.owner).isEqualTo("owner " + id);
            assertThat(read.sum).isEqualTo(id);
        }
        assertThat(rig.engine("accounts").size()).isLessThanOrEqualTo(bound).isPositive();
        assertThat(rig.region("accounts").getMissCount()).isPositive();
    }
}
