using System.Globalization;
using System.Reflection;
using System.Text;

namespace NativeSsl;

/// <summary>
/// The text that comes with the library, so that everything runs without a file: a story of a harbour town written for it, and between its
/// paragraphs entries that a small grammar composes, the same on every machine. There is something to learn at every level: letters, words,
/// agreement of numbers and pronouns, sentences within sentences, who is meant, sums.
/// It is English enough to read, and nobody's property but this project's.
/// </summary>
public static class BuiltInText
{
    const int Entries = 1200;
    const ulong Seed = 20260;

    static readonly Lazy<string> Whole = new(Compose);

    /// <summary>All of it: about 300,000 characters.</summary>
    public static string Value => Whole.Value;

    /// <summary>Composes it anew.</summary>
    internal static string Compose()
    {
        string[] story = Resource("HarbourStory.txt").Split("\n\n");
        Grammar grammar = new(Resource("HarbourGrammar.txt"), new RandomSource(Seed, 0));
        StringBuilder text = new();
        for (int entry = 0, paragraph = 0; entry < Entries; entry++)
        {
            // The story is spread evenly over the whole, so that training and validation have the same mixture.
            for (; paragraph * Entries <= entry * story.Length && paragraph < story.Length; paragraph++)
                text.Append(story[paragraph].Trim('\n')).Append("\n\n");
            text.Append(grammar.Entry()).Append("\n\n");
        }
        return text.ToString();
    }

    static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        // a checkout on Windows may have changed the line ends
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Ways to say a symbol, and the words remembered within one entry.</summary>
    sealed class Grammar
    {
        readonly Dictionary<string, List<string>> _ways = new(StringComparer.Ordinal);
        readonly Dictionary<string, string> _remembered = new(StringComparer.Ordinal);
        readonly RandomSource _random;

        public Grammar(string text, RandomSource random)
        {
            _random = random;
            foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line[0] == '#') continue;
                int colon = line.IndexOf(": ", StringComparison.Ordinal);
                (string symbol, string way) = (line[..colon], line[(colon + 2)..]);
                if (!_ways.TryGetValue(symbol, out List<string>? ways)) _ways.Add(symbol, ways = []);
                ways.Add(way.Replace("\\n", "\n", StringComparison.Ordinal));
            }
        }

        public string Entry()
        {
            _remembered.Clear();
            return Say("entry");
        }

        string Say(string symbol) => Expand(Choose(symbol));

        string Choose(string symbol)
        {
            List<string> ways = _ways[symbol];
            return ways[_random.NextInt(ways.Count)];
        }

        string Expand(string way)
        {
            StringBuilder said = new();
            for (int i = 0; i < way.Length; i++)
            {
                if (way[i] != '{') { said.Append(way[i]); continue; }
                int end = way.IndexOf('}', i);
                said.Append(Fill(way[(i + 1)..end]));
                i = end;
            }
            return said.ToString();
        }

        // letter:symbol.form, letter.form, or symbol; a capital first letter asks for one in the text.
        string Fill(string slot)
        {
            bool capital = char.IsAsciiLetterUpper(slot[0]);
            string[] parts = (char.ToLowerInvariant(slot[0]) + slot[1..]).Split(':', '.');
            string form = slot.Contains('.', StringComparison.Ordinal) ? parts[^1] : "0";
            string words = slot.Contains(':', StringComparison.Ordinal) ? Remember(parts[0], parts[1])
                : parts[0].Length == 1 ? _remembered[parts[0]] : Say(parts[0]);
            string word = form == "loud" ? words.Split('|')[0].ToUpperInvariant()
                : words.Split('|')[int.Parse(form, CultureInfo.InvariantCulture)];
            return capital ? char.ToUpperInvariant(word[0]) + word[1..] : word;
        }

        // Two letters never stand for the same choice; a symbol has enough ways for that.
        string Remember(string letter, string symbol)
        {
            string words;
            do words = Say(symbol);
            while (_remembered.Any(known => known.Key != letter && known.Value == words));
            return _remembered[letter] = words;
        }
    }
}
