// The wallet: a payment's screens in a cell. Everything is in WalletScreens; the kit does the talking.

internal import Glibc
internal import Kit
internal import WalletScreens

exit(Kit.run(Payment.self))
