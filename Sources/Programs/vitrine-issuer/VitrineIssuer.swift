internal import ArgumentParser
@main struct VitrineIssuer: AsyncParsableCommand {}
