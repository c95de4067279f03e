import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { DomainId, ProjectId, UserId } from '../../rules/ids.ts'
import type { AccessKey, Domain, Project, User } from '../../rules/people.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'

type Row = Record<string, SQLOutputValue>
type PeopleReads = Pick<
  ReadTransaction,
  | 'domain'
  | 'domains'
  | 'project'
  | 'projects'
  | 'user'
  | 'users'
  | 'accessKey'
  | 'accessKeys'
  | 'isRevoked'
  | 'setting'
>
type PeopleWrites = Pick<
  WriteTransaction,
  | 'insertDomain'
  | 'insertProject'
  | 'insertUser'
  | 'updateUser'
  | 'insertAccessKey'
  | 'deleteAccessKey'
  | 'revokeToken'
  | 'insertSetting'
>

export function peopleReads(db: DatabaseSync): PeopleReads {
  const domain = db.prepare('select * from domain where id = ?')
  const domains = db.prepare('select * from domain order by name')
  const domainNamed = db.prepare('select * from domain where name = ?')
  const project = db.prepare('select * from project where id = ?')
  const projects = db.prepare('select * from project where domain_id = ? order by name')
  const projectNamed = db.prepare('select * from project where domain_id = ? and name = ?')
  const user = db.prepare('select * from user where id = ?')
  const users = db.prepare('select * from user where domain_id = ? order by name')
  const userNamed = db.prepare('select * from user where domain_id = ? and name = ?')
  const accessKey = db.prepare('select * from access_key where access = ?')
  const accessKeys = db.prepare('select * from access_key where user_id = ? order by created_at, access')
  const revoked = db.prepare('select 1 from revoked_token where id = ?')
  const setting = db.prepare('select value from setting where name = ?')
  return {
    domain: (id) => maybe(domain.get(id), toDomain),
    domains: (name) => (name === undefined ? domains.all() : domainNamed.all(name)).map(toDomain),
    project: (id) => maybe(project.get(id), toProject),
    projects: (domain, name) =>
      (name === undefined ? projects.all(domain) : projectNamed.all(domain, name)).map(toProject),
    user: (id) => maybe(user.get(id), toUser),
    users: (domain, name) => (name === undefined ? users.all(domain) : userNamed.all(domain, name)).map(toUser),
    accessKey: (access) => maybe(accessKey.get(access), toAccessKey),
    accessKeys: (user) => accessKeys.all(user).map(toAccessKey),
    isRevoked: (tokenId) => revoked.get(tokenId) !== undefined,
    setting: (name) => setting.get(name)?.value as string | undefined,
  }
}

/** `touched` is called for every change of what an identity may be told from. */
export function peopleWrites(db: DatabaseSync, touched: () => void): PeopleWrites {
  const insertDomain = db.prepare('insert into domain values (?, ?)')
  const insertProject = db.prepare('insert into project values (?, ?, ?, ?)')
  const insertUser = db.prepare('insert into user values (?, ?, ?, ?, ?, ?, ?)')
  const updateUser = db.prepare(
    'update user set name = ?, password_hash = ?, enabled = ?, tokens_since = ? where id = ?',
  )
  const insertAccessKey = db.prepare('insert into access_key values (?, ?, ?, ?, ?)')
  const deleteAccessKey = db.prepare('delete from access_key where access = ?')
  const revoke = db.prepare('insert into revoked_token values (?, ?) on conflict (id) do nothing')
  const forgetRevoked = db.prepare('delete from revoked_token where expires_at <= ?')
  const insertSetting = db.prepare('insert into setting values (?, ?)')
  return {
    insertDomain({ id, name }) {
      insertDomain.run(id, name)
      touched()
    },
    insertProject({ id, domainId, name, description }) {
      insertProject.run(id, domainId, name, description)
      touched()
    },
    insertUser({ id, domainId, name, passwordHash, admin, enabled, tokensSince }) {
      insertUser.run(id, domainId, name, passwordHash, Number(admin), Number(enabled), tokensSince)
      touched()
    },
    updateUser({ id, name, passwordHash, enabled, tokensSince }) {
      updateUser.run(name, passwordHash, Number(enabled), tokensSince, id)
      touched()
    },
    insertAccessKey({ access, secret, userId, description, createdAt }) {
      insertAccessKey.run(access, secret, userId, description, createdAt)
      touched()
    },
    deleteAccessKey(access) {
      deleteAccessKey.run(access)
      touched()
    },
    revokeToken(tokenId, expiresAt, now) {
      forgetRevoked.run(now)
      revoke.run(tokenId, expiresAt)
      touched()
    },
    insertSetting(name, value) {
      insertSetting.run(name, value)
    },
  }
}

function maybe<T>(row: Row | undefined, read: (row: Row) => T): T | undefined {
  return row && read(row)
}

function toDomain(row: Row): Domain {
  return { id: row.id as DomainId, name: row.name as string }
}

function toProject(row: Row): Project {
  return {
    id: row.id as ProjectId,
    domainId: row.domain_id as DomainId,
    name: row.name as string,
    description: row.description as string,
  }
}

function toUser(row: Row): User {
  return {
    id: row.id as UserId,
    domainId: row.domain_id as DomainId,
    name: row.name as string,
    passwordHash: row.password_hash as string,
    admin: row.admin === 1,
    enabled: row.enabled === 1,
    tokensSince: row.tokens_since as number,
  }
}

function toAccessKey(row: Row): AccessKey {
  return {
    access: row.access as string,
    secret: row.secret as string,
    userId: row.user_id as UserId,
    description: row.description as string,
    createdAt: row.created_at as number,
  }
}
