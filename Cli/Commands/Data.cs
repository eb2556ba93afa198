using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Catalogue;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl data</c>: known public data sets, and fetching them.</summary>
static class Data
{
    internal static Command Create(CommonOptions options, Terminal terminal, Stop stop)
    {
        var name = new Argument<string?>("name") { Description = "the data set to fetch; without it, all are listed", Arity = ArgumentArity.ZeroOrOne };
        var to = new Option<string>("--to")
        {
            Description = "the folder of data sets", HelpName = "folder", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? "data",
        };
        var address = new Option<Uri?>("--address")
        {
            CustomParser = Address,
            Description = "fetch it from here instead of the official address; the hash must still be right", HelpName = "url",
        };
        var command = new Command("data", "list known public data sets, or fetch one and check that it is the real thing") { name, to, address };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(to)!;
            if (parsed.GetValue(name) is { } wanted) Get(DataSet.Find(wanted), folder, parsed.GetValue(address), parsed.GetValue(options.DryRun), parsed.GetValue(options.Json), terminal, stop);
            else if (parsed.GetValue(options.Json)) terminal.Json(new JsonArray([.. DataSet.All.Select(set => Describe(set, folder))]));
            else terminal.Table(["name", "what", "size", "licence", "goes to", "address"],
                DataSet.All.Select(set => new[] { set.Name, set.About, Text.Bytes(set.Bytes), set.Licence, Path.Combine(folder, set.File), set.Address.ToString() }));
            return ExitCode.Done;
        });
        return command;
    }

    static Uri? Address(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https")) return address;
        result.AddError($"--address {result.Tokens[0].Value}: an address that begins with http:// or https:// is needed.");
        return null;
    }

    static void Get(DataSet set, string folder, Uri? mirror, bool dryRun, bool json, Terminal terminal, Stop stop)
    {
        string path = Path.Combine(folder, set.File);
        Uri address = mirror ?? set.Address;
        bool there = Download.IsThere(set, path);
        terminal.Note($"{set.Name}: {set.About}. Licence: {set.Licence}.");
        if (!there && !dryRun)
            Bar.Show(terminal, set.Name, set.Bytes, report => Download.Fetch(set, address, path, report, stop.Token));
        if (json) terminal.Json(Describe(set, folder));
        else terminal.Out.WriteLine(there ? $"{path} is there already and right." : dryRun ? $"{address} would be fetched to {path} ({Text.Bytes(set.Bytes)})." : path);
    }

    static JsonObject Describe(DataSet set, string folder) => new JsonObject
    {
        ["name"] = set.Name, ["about"] = set.About, ["address"] = set.Address.ToString(), ["sha256"] = set.Sha256, ["bytes"] = set.Bytes,
        ["licence"] = set.Licence, ["path"] = Path.Combine(folder, set.File), ["there"] = File.Exists(Path.Combine(folder, set.File)),
    };
}
