using System.Globalization;

namespace NativeSsl.Tests;

/// <summary>A test that needs real cultures; skipped where the runtime has only the invariant one.</summary>
sealed class CultureFactAttribute : FactAttribute
{
    static readonly string[] Names = ["", "de-DE", "tr-TR", "fa-IR"];

    public CultureFactAttribute()
    {
        if (!HasCultures())
            Skip = "This runtime has only the invariant culture (no ICU).";
    }

    /// <summary>What an action gives in each culture, the invariant one first.</summary>
    public static IEnumerable<T> InEach<T>(Func<T> action)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            List<T> results = [];
            foreach (string name in Names)
            {
                CultureInfo.CurrentCulture = new CultureInfo(name);
                results.Add(action());
            }
            return results;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    static bool HasCultures()
    {
        try { return new CultureInfo("de-DE").NumberFormat.NumberDecimalSeparator == ","; }
        catch (CultureNotFoundException) { return false; }
    }
}
