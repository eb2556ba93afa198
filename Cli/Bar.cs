using Spectre.Console;

namespace NativeSsl.Cli;

/// <summary>How far a transfer has come: a bar for people, a line every quarter for a file.</summary>
static class Bar
{
    internal static void Show(Terminal terminal, string what, long total, Action<Action<long>> work)
    {
        if (!terminal.IsInteractive)
        {
            long next = 1;
            work(done =>
            {
                if (done * 4 < total * next) return;
                terminal.Note($"{what}: {Text.Bytes(done)} of {Text.Bytes(total)}");
                next = (done * 4 / Math.Max(1, total)) + 1;
            });
            return;
        }
        terminal.RichError.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: total);
                work(done => task.Value = done);
            });
    }
}
