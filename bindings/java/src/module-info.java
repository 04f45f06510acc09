/** Backs up Microsoft 365 mailboxes; authenticates card payments in apps (3-D Secure). */
module coffer {
  exports coffer;
  exports coffer.cloudbackup;
  exports coffer.threeds;
}
