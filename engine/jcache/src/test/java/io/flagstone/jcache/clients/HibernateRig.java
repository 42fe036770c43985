// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.cache.CacheManager;
import javax.cache.Caching;
import org.h2.jdbcx.JdbcConnectionPool;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.stat.CacheRegionStatistics;
import org.hibernate.stat.Statistics;

/** Hibernate with its own database in memory and the settings of docs/jcache.md. */
final class HibernateRig {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    static {
        ClientSupport.silence("org.hibernate");
    }

    private final Set<Thread> before = ClientSupport.threads();
    private final JdbcConnectionPool database;
    private final SessionFactory factory;

    HibernateRig() throws IOException {
        database =
                JdbcConnectionPool.create(
                        "jdbc:h2:mem:clients"
                                + DATABASES.incrementAndGet()
                                + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000",
                        "sa",
                        "");
        database.setMaxConnections(32);
        final Properties settings =
                ClientSupport.documented("hibernate.javax.cache.missing_cache_strategy");
        assertThat(settings)
                .containsEntry("hibernate.javax.cache.provider", ClientSupport.PROVIDER);
        settings.put("hibernate.connection.datasource", database);
        settings.put("hibernate.hbm2ddl.auto", "create");
        settings.put("hibernate.generate_statistics", "true");
        final Configuration configuration = new Configuration().addProperties(settings);
        for (final Class<?> entity : HibernateEntities.ALL) {
            configuration.addAnnotatedClass(entity);
        }
        factory = configuration.buildSessionFactory();
    }

    /** Returns the manager of Hibernate's caches, which is the default one. */
    static CacheManager manager() {
        return Caching.getCachingProvider(ClientSupport.PROVIDER).getCacheManager();
    }

    OffHeapCache engine(String region) {
        return ClientSupport.engine(manager(), region);
    }

    /** Runs work in its own session and transaction. */
    <T> T inTransaction(Function<Session, T> work) {
        return factory.fromTransaction(work::apply);
    }

    void transact(Consumer<Session> work) {
        factory.inTransaction(work::accept);
    }

    SessionFactory factory() {
        return factory;
    }

    Statistics statistics() {
        return factory.getStatistics();
    }

    CacheRegionStatistics region(String name) {
        return statistics().getDomainDataRegionStatistics(name);
    }

    /** Runs work and asserts that it sent no statement to the database. */
    <T> T withoutDatabase(Function<Session, T> work) {
        final long statements = statistics().getPrepareStatementCount();
        final T result = inTransaction(work);
        assertThat(statistics().getPrepareStatementCount()).as("statements").isEqualTo(statements);
        return result;
    }

    /** Runs work and asserts that it sent statements to the database. */
    <T> T withDatabase(Function<Session, T> work) {
        final long statements = statistics().getPrepareStatementCount();
        final T result = inTransaction(work);
        assertThat(statistics().getPrepareStatementCount())
                .as("statements")
                .isGreaterThan(statements);
        return result;
    }

    /** Queries a number from the database without Hibernate. */
    long query(String sql, Object... arguments) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                assertThat(result.next()).as(sql).isTrue();
                return result.getLong(1);
            }
        } catch (final SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Changes the database without Hibernate, so that the cache is stale. */
    void updateWithoutHibernate(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).as(sql).isPositive();
        } catch (final SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void close() throws Exception {
        try {
            ClientSupport.assertClean(manager());
        } finally {
            final CacheManager manager = manager();
            factory.close();
            assertThat(manager.isClosed()).as("closed with the session factory").isTrue();
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SHUTDOWN");
            }
            database.dispose();
            ClientSupport.assertNoThreadsSince(before);
        }
    }
}
