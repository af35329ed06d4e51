export const seconds = date => Math.floor(date.getTime() / 1000);
