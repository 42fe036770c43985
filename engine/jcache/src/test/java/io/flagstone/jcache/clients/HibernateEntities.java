// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import jakarta.persistence.Cacheable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.annotations.NaturalId;
import org.hibernate.annotations.NaturalIdCache;

/** The entities of the Hibernate tests. Each region has another kind of key or strategy. */
final class HibernateEntities {
    static final Class<?>[] ALL = {
        Account.class,
        Booking.class,
        Instrument.class,
        Position.class,
        Trade.class,
        Counterparty.class,
        Rate.class
    };

    private HibernateEntities() {}

    /** READ_WRITE, versioned, with a cached collection. */
    @Entity(name = "Account")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "accounts")
    static class Account {
        @Id long id;
        @Version int version;
        long sum;
        String owner;

        @OneToMany
        @JoinColumn(name = "account")
        @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "account-bookings")
        List<Booking> bookings = new ArrayList<>();

        protected Account() {}

        Account(long id, String owner) {
            this.id = id;
            this.owner = owner;
        }
    }

    /** An element of an account's collection. */
    @Entity(name = "Booking")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "bookings")
    static class Booking {
        @Id long id;
        long amount;

        protected Booking() {}

        Booking(long id, long amount) {
            this.id = id;
            this.amount = amount;
        }
    }

    /** NONSTRICT_READ_WRITE with a string as the key, and cached collections of strings. */
    @Entity(name = "Instrument")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.NONSTRICT_READ_WRITE, region = "instruments")
    static class Instrument {
        @Id String symbol;
        @Version int version;
        long price;

        @ElementCollection
        @Cache(usage = CacheConcurrencyStrategy.NONSTRICT_READ_WRITE, region = "instrument-tags")
        Set<String> tags = new HashSet<>();

        @ElementCollection
        @Cache(usage = CacheConcurrencyStrategy.NONSTRICT_READ_WRITE, region = "instrument-names")
        Map<String, String> names = new HashMap<>();

        protected Instrument() {}

        Instrument(String symbol, long price) {
            this.symbol = symbol;
            this.price = price;
        }
    }

    /** An embedded key of two parts. */
    @Embeddable
    static class PositionId implements Serializable {
        private static final long serialVersionUID = 1;

        String owner;
        LocalDate tradedOn;

        protected PositionId() {}

        PositionId(String owner, LocalDate tradedOn) {
            this.owner = owner;
            this.tradedOn = tradedOn;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof PositionId id
                    && owner.equals(id.owner)
                    && tradedOn.equals(id.tradedOn);
        }

        @Override
        public int hashCode() {
            return Objects.hash(owner, tradedOn);
        }
    }

    /** READ_WRITE with an embedded key. */
    @Entity(name = "Position")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "positions")
    static class Position {
        @EmbeddedId PositionId id;
        long quantity;

        protected Position() {}

        Position(PositionId id, long quantity) {
            this.id = id;
            this.quantity = quantity;
        }
    }

    /** An id class of two parts. */
    static class TradeId implements Serializable {
        private static final long serialVersionUID = 1;

        String venue;
        long number;

        protected TradeId() {}

        TradeId(String venue, long number) {
            this.venue = venue;
            this.number = number;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof TradeId id && venue.equals(id.venue) && number == id.number;
        }

        @Override
        public int hashCode() {
            return Objects.hash(venue, number);
        }
    }

    /** NONSTRICT_READ_WRITE with an id class. */
    @Entity(name = "Trade")
    @IdClass(TradeId.class)
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.NONSTRICT_READ_WRITE, region = "trades")
    static class Trade {
        @Id String venue;
        @Id long number;
        long price;

        protected Trade() {}

        Trade(String venue, long number, long price) {
            this.venue = venue;
            this.number = number;
            this.price = price;
        }
    }

    /** READ_WRITE with a cached, mutable natural id of two parts. */
    @Entity(name = "Counterparty")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "counterparties")
    @NaturalIdCache(region = "counterparty-codes")
    static class Counterparty {
        @Id long id;

        @NaturalId(mutable = true)
        String country;

        @NaturalId(mutable = true)
        String code;

        String name;

        protected Counterparty() {}

        Counterparty(long id, String country, String code, String name) {
            this.id = id;
            this.country = country;
            this.code = code;
            this.name = name;
        }
    }

    /** An embedded key whose parts may be the same object or equal objects. */
    @Embeddable
    static class RateId implements Serializable {
        private static final long serialVersionUID = 1;

        LocalDate first;
        LocalDate last;

        protected RateId() {}

        RateId(LocalDate first, LocalDate last) {
            this.first = first;
            this.last = last;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof RateId id && first.equals(id.first) && last.equals(id.last);
        }

        @Override
        public int hashCode() {
            return Objects.hash(first, last);
        }
    }

    /** READ_WRITE with a key whose parts may be the same object. */
    @Entity(name = "Rate")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "rates")
    static class Rate {
        @EmbeddedId RateId id;
        long percent;

        protected Rate() {}

        Rate(RateId id, long percent) {
            this.id = id;
            this.percent = percent;
        }
    }
}
