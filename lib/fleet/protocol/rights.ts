/** The minimum rights of the user in Redis or Valkey, in the syntax of ACL SETUSER. */
export const LEAST_RIGHTS = [
  '~holdfast:1:* &holdfast:1* -@all',
  '+evalsha +eval +subscribe +unsubscribe +publish +time',
  '+hgetall +hset +zadd +zrem +zcard +zcount +zscore +zremrangebyscore +zrangebyscore',
  '+pexpire +persist +del +get +set +ping +hello +info',
].join(' ');
